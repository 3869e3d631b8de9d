/** A connected WebSocket. */
export interface WebSocketClient {
  send(text: string): void;
  /** The next unread message. */
  next(): Promise<string>;
  close(): void;
}

/** WebSocket in Node, Deno and Bun, which takes headers. The standard types describe browsers, where it does not. */
type WebSocketWithHeaders = new (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>> },
) => WebSocket;

/** Connects like a page of the origin of `url`, with these cookies. Rejects when the server does not upgrade. */
export function openWebSocket(url: string, cookie: string): Promise<WebSocketClient> {
  const { origin } = new URL(url);
  const socket = new (WebSocket as unknown as WebSocketWithHeaders)(url.replace(/^http/, "ws"), {
    headers: { Origin: origin, ...(cookie !== "" && { Cookie: cookie }) },
  });
  const messages: string[] = [];
  const readers: ((text: string) => void)[] = [];
  socket.onmessage = ({ data }) => {
    const read = readers.shift();
    if (read === undefined) messages.push(`${data}`);
    else read(`${data}`);
  };
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error("The server did not upgrade to a WebSocket."));
    socket.onopen = () =>
      resolve({
        send: (text) => socket.send(text),
        next: async () => messages.shift() ?? new Promise((read) => readers.push(read)),
        close: () => socket.close(),
      });
  });
}
