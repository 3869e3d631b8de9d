/**
 * The scripts that run inside Redis, shared by all clients. Redis runs nothing else during a script, which makes
 * compare and swap atomic. Each script uses one key, so that it also runs on a Redis Cluster.
 *
 * A session is a hash: `d` data, `v` version, `c` createdAt, `e` expiresAt, `s` subject, `a` authenticatedAt (the last
 * two are optional), and `w`, the id of the last write. When a connection breaks, clients send a command again without
 * knowing whether it ran. A script that finds its own `w` has run before, and repeats its answer.
 *
 * Answers are numbers, or strings marked with a leading `=`, which no client mistakes for JSON or base64 and decodes.
 */

/** The results of `update` and `delete` as numbers. */
export const RESULTS: ReadonlyMap<number, "ok" | "conflict" | "gone"> = new Map([
  [1, "ok"],
  [0, "conflict"],
  [-1, "gone"],
]);

/**
 * The `HSET` is the first write: when its memory is full, Redis then rejects the script as a whole.
 * ARGV: w, expected version, version, expiresAt, data, createdAt, then pairs of a field and its value.
 */
const WRITE = `
redis.call("HSET", KEYS[1], "w", ARGV[1], "v", ARGV[3], "e", ARGV[4], "d", ARGV[5], "c", ARGV[6])
redis.call("HDEL", KEYS[1], "s", "a")
if ARGV[7] then redis.call("HSET", KEYS[1], unpack(ARGV, 7)) end
redis.call("PEXPIREAT", KEYS[1], ARGV[4])
return 1`;

/** Answers 1, or 0 when the key already exists. */
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

/** Answers data, version, createdAt, expiresAt, subject and authenticatedAt, or nil without a session. */
export const LOAD = `
local fields = redis.call("HMGET", KEYS[1], "d", "v", "c", "e", "s", "a")
if not fields[1] then return nil end
for i = 1, 6 do fields[i] = fields[i] and "=" .. fields[i] or "" end
return fields`;

/** ARGV: expiresAt. Answers the subject, 1 for a session without one, or 0 without a session. */
export const TOUCH = `
local e, s = unpack(redis.call("HMGET", KEYS[1], "e", "s"))
if not e then return 0 end
if tonumber(ARGV[1]) > tonumber(e) then
  redis.call("HSET", KEYS[1], "e", ARGV[1])
  redis.call("PEXPIREAT", KEYS[1], ARGV[1])
end
return s and "=" .. s or 1`;

/** ARGV: the expected version, or nothing. Answers the subject of the deleted session, or one of {@link RESULTS}. */
export const DELETE = `
local v, s = unpack(redis.call("HMGET", KEYS[1], "v", "s"))
if not v then return -1 end
if ARGV[1] and v ~= ARGV[1] then return 0 end
redis.call("DEL", KEYS[1])
return s and "=" .. s or 1`;

/** ARGV: the expected subject. Answers the number of deleted sessions. */
export const DELETE_OF_SUBJECT = `
if redis.call("HGET", KEYS[1], "s") ~= ARGV[1] then return 0 end
return redis.call("DEL", KEYS[1])`;

/**
 * The index of a subject is a sorted set of store keys by expiry. ARGV: store key, expiresAt, now. Each call removes
 * expired entries, and the set expires with its last entry, so that no sweep is needed.
 */
export const INDEX_ADD = `
redis.call("ZADD", KEYS[1], "GT", ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[3])
local last = redis.call("ZRANGE", KEYS[1], -1, -1, "WITHSCORES")
if last[2] then redis.call("PEXPIREAT", KEYS[1], last[2]) end`;

/** ARGV: at least one store key. */
export const INDEX_REMOVE = `
for i = 1, #ARGV do redis.call("ZREM", KEYS[1], ARGV[i]) end`;

/** Answers store keys. Some of their sessions may have ended. */
export const INDEX_LIST = `
local keys = redis.call("ZRANGE", KEYS[1], 0, -1)
for i = 1, #keys do keys[i] = "=" .. keys[i] end
return keys`;
