/**
 * What runs inside Redis, shared by every client. Redis runs nothing else between the lines of a script, which is the
 * compare and swap; each script names one key, so each runs on a Redis Cluster as well.
 *
 * A session is a hash: `d` data, `v` version, `c` createdAt, `e` expiresAt, `s` subject, `a` authenticatedAt (the last
 * two where it has them), and `w`, the write it is from. Clients send a command again when a connection breaks, whether
 * or not it ran before; a script that finds its own `w` knows that it ran, and answers as it did then.
 *
 * Answers are numbers, or strings that begin with `=`: no client takes those for JSON or base64 and decodes them.
 */

/** How a script says what `update` and `delete` answer. */
export const RESULTS: ReadonlyMap<number, "ok" | "conflict" | "gone"> = new Map([
  [1, "ok"],
  [0, "conflict"],
  [-1, "gone"],
]);

/**
 * The `HSET` comes before anything else that writes: when its memory is full, Redis then refuses the whole script.
 * ARGV: w, version expected, version, expiresAt, data, createdAt, then pairs of a field and its value.
 */
const WRITE = `
redis.call("HSET", KEYS[1], "w", ARGV[1], "v", ARGV[3], "e", ARGV[4], "d", ARGV[5], "c", ARGV[6])
redis.call("HDEL", KEYS[1], "s", "a")
if ARGV[7] then redis.call("HSET", KEYS[1], unpack(ARGV, 7)) end
redis.call("PEXPIREAT", KEYS[1], ARGV[4])
return 1`;

/** Answers 1, or 0 when the key exists. */
export const CREATE: string = `
local w = redis.call("HGET", KEYS[1], "w")
if w then return w == ARGV[1] and 1 or 0 end
${WRITE}`;

/** Answers one of {@link RESULTS}. */
export const UPDATE: string = `
local v, w = unpack(redis.call("HMGET", KEYS[1], "v", "w"))
if not v then return -1 end
if w == ARGV[1] then return 1 end
if v ~= ARGV[2] then return 0 end
${WRITE}`;

/** Answers data, version, createdAt, expiresAt, subject and authenticatedAt, or nothing when there is no session. */
export const LOAD = `
local fields = redis.call("HMGET", KEYS[1], "d", "v", "c", "e", "s", "a")
if not fields[1] then return nil end
for i = 1, 6 do fields[i] = fields[i] and "=" .. fields[i] or "" end
return fields`;

/** ARGV: expiresAt. Answers the subject, 1 when it has none, 0 when there is no session. */
export const TOUCH = `
local e, s = unpack(redis.call("HMGET", KEYS[1], "e", "s"))
if not e then return 0 end
if tonumber(ARGV[1]) > tonumber(e) then
  redis.call("HSET", KEYS[1], "e", ARGV[1])
  redis.call("PEXPIREAT", KEYS[1], ARGV[1])
end
return s and "=" .. s or 1`;

/** ARGV: the version it must have, or nothing. Answers the subject of what it ended, else one of {@link RESULTS}. */
export const DELETE = `
local v, s = unpack(redis.call("HMGET", KEYS[1], "v", "s"))
if not v then return -1 end
if ARGV[1] and v ~= ARGV[1] then return 0 end
redis.call("DEL", KEYS[1])
return s and "=" .. s or 1`;

/** ARGV: the subject it must have. Answers how many sessions it ended. */
export const DELETE_OF_SUBJECT = `
if redis.call("HGET", KEYS[1], "s") ~= ARGV[1] then return 0 end
return redis.call("DEL", KEYS[1])`;

/**
 * The index of a subject is a sorted set of store keys by expiry. ARGV: store key, expiresAt, now. What expired is
 * dropped on the way, and the set goes with its last entry, so nobody has to sweep.
 */
export const INDEX_ADD = `
redis.call("ZADD", KEYS[1], "GT", ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[3])
local last = redis.call("ZRANGE", KEYS[1], -1, -1, "WITHSCORES")
if last[2] then redis.call("PEXPIREAT", KEYS[1], last[2]) end`;

/** ARGV: store keys, one at least. */
export const INDEX_REMOVE = `
for i = 1, #ARGV do redis.call("ZREM", KEYS[1], ARGV[i]) end`;

/** Answers store keys. Some may be of sessions that ended. */
export const INDEX_LIST = `
local keys = redis.call("ZRANGE", KEYS[1], 0, -1)
for i = 1, #keys do keys[i] = "=" .. keys[i] end
return keys`;
