import { type Document, deserialize, Long, serialize } from "bson";

/** A command from the wire, with the header fields that its answer needs. */
export interface MongoRequest {
  readonly requestId: number;
  readonly opCode: number;
  readonly command: Document;
  /** Whether the client waits for an answer. A client that disconnects does not. */
  readonly wantsAnswer: boolean;
}

const OP_REPLY = 1;
/** The format of the driver's first message to an unknown server. */
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** OP_MSG: the sender expects no answer. */
const MORE_TO_COME = 1 << 1;
/** OP_MSG: the sender accepts several answers. One is enough. */
const EXHAUST_ALLOWED = 1 << 16;

/** Splits received bytes into whole requests and the beginning of the next. */
export function readRequests(bytes: Buffer): { readonly requests: MongoRequest[]; readonly rest: Buffer } {
  const requests: MongoRequest[] = [];
  let rest = bytes;
  while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
    const end = rest.readInt32LE(0);
    requests.push(readRequest(rest.subarray(0, end)));
    rest = rest.subarray(end);
  }
  return { requests, rest };
}

function readRequest(bytes: Buffer): MongoRequest {
  const requestId = bytes.readInt32LE(4);
  const opCode = bytes.readInt32LE(12);
  const body = bytes.subarray(HEADER_BYTES);
  const flags = body.readUInt32LE(0);
  if (opCode === OP_QUERY) {
    // Flags, a collection name that ends with NUL, the number to skip, the number to return, the document.
    const document = body.subarray(body.indexOf(0, 4) + 1 + 8);
    return { requestId, opCode, command: deserialize(document), wantsAnswer: true };
  }
  if (opCode !== OP_MSG) throw new Error(`The MongoDB server of the tests does not support opcode ${opCode}`);
  // Flags, then sections: a byte for the kind, and for kind 0 one document. Other kinds are for bulk writes.
  const document = body.subarray(5);
  if (
    (flags & ~(MORE_TO_COME | EXHAUST_ALLOWED)) !== 0 ||
    body[4] !== 0 ||
    document.readInt32LE(0) !== document.length
  ) {
    throw new Error("The MongoDB server of the tests supports OP_MSG with one document and without a checksum only");
  }
  return { requestId, opCode, command: deserialize(document), wantsAnswer: (flags & MORE_TO_COME) === 0 };
}

/** Encodes an answer in the format of its request. */
export function writeAnswer({ requestId, opCode }: MongoRequest, answer: Document): Buffer {
  const document = serialize(answer);
  if (opCode === OP_MSG) return toMessage(requestId, OP_MSG, [int32(0), Buffer.of(0), document]);
  const [flags, startingFrom, numberReturned] = [int32(0), int32(0), int32(1)];
  const noCursor = Buffer.from(Long.ZERO.toBytesLE());
  return toMessage(requestId, OP_REPLY, [flags, noCursor, startingFrom, numberReturned, document]);
}

function toMessage(responseTo: number, opCode: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(HEADER_BYTES + body.length), int32(0), int32(responseTo), int32(opCode), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
