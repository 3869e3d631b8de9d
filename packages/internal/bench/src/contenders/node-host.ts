import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { BenchRequest, Reply } from "./contender.ts";

/** Middleware in the style of Connect. */
export type NodeMiddleware<Incoming> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A socket without a connection. All messages share it, and nothing is written to it. */
const socket = new Socket();

/**
 * Runs middleware on Node's own messages without a network: the request is already parsed, and the response renders its
 * headers and discards its bytes.
 *
 * @param handle - handles the request, and passes the text of the answer to the callback
 */
export function driveNode<Incoming>(
  middleware: NodeMiddleware<Incoming>,
  handle: (request: Incoming, sent: BenchRequest, answer: (text: string) => void) => void,
): (sent: BenchRequest) => Promise<Reply> {
  return (sent) =>
    new Promise((resolve, reject) => {
      const request = new IncomingMessage(socket);
      request.method = "GET";
      request.url = sent.path;
      request.headers = { cookie: sent.cookie };
      const response = new ServerResponse(request);
      let text = "";
      // The middleware replaces this `end` with its own, and calls this one when it is done.
      response.end = function end(): ServerResponse {
        if (!response.headersSent) response.writeHead(response.statusCode);
        resolve({ text, setCookies: [response.getHeader("Set-Cookie") ?? []].flat().map(String) });
        return response;
      };
      middleware(request as Incoming, response, (error) => {
        if (error !== undefined) return reject(error);
        handle(request as Incoming, sent, (answer) => {
          text = answer;
          response.end(answer);
        });
      });
    });
}
