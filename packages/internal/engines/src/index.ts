export { type Engine, findProgram, MissingEngineError, startEngine } from "./engine.ts";
export { startMariadb } from "./mariadb.ts";
export { startPostgres } from "./postgres.ts";
export { type EngineProxy, startProxy } from "./proxy.ts";
export { startRedis, startRedisCluster } from "./redis.ts";
export { type ServerRecipe, startServer } from "./server.ts";
export { type ShownVisit, wrongVisits } from "./shown-visits.ts";
export { startOrSkip } from "./start-or-skip.ts";
export { openWebSocket, type WebSocketClient } from "./web-socket.ts";
