export { doEach } from './do-each';
export { createLogger, type Logger, NestPinoLogger } from './logger';
export { metrics } from './metrics';
export { type OpsServer, type Readiness, startOpsServer } from './ops-server';
export { PRODUCT_VERSION } from './product-version';
export { type App, runApp } from './run-app';
export { SparseWarnings } from './sparse-warnings';
