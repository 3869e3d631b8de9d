import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Reply, Visit } from "./contender.ts";

/** Middleware as of Connect. */
export type NodeMiddleware<Incoming> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What is never written to: the messages of all visits share one that is not connected. */
const socket = new Socket();

/**
 * Drives middleware of Node's `http` with its own messages and without a network: a request that was parsed already, and
 * a response whose headers are rendered and whose bytes go nowhere.
 *
 * @param handle - answers with a text, through the callback
 */
export function driveNode<Incoming>(
  middleware: NodeMiddleware<Incoming>,
  handle: (request: Incoming, visit: Visit, answer: (text: string) => void) => void,
): (visit: Visit) => Promise<Reply> {
  return (visit) =>
    new Promise((resolve, reject) => {
      const request = new IncomingMessage(socket);
      request.method = "GET";
      request.url = visit.path;
      request.headers = { cookie: visit.cookie };
      const response = new ServerResponse(request);
      let text = "";
      // Middleware puts its own `end` over this one, and calls it when it is done.
      response.end = function end(): ServerResponse {
        if (!response.headersSent) response.writeHead(response.statusCode);
        resolve({ text, setCookies: [response.getHeader("Set-Cookie") ?? []].flat().map(String) });
        return response;
      };
      middleware(request as Incoming, response, (error) => {
        if (error !== undefined) return reject(error);
        handle(request as Incoming, visit, (answer) => {
          text = answer;
          response.end(answer);
        });
      });
    });
}
