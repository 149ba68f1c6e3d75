export { type DatabaseOptions, type Sql, type Transactor } from './sql';
export { sessionSettings } from './session-settings';
export { BoundedClient } from './bounded-client';
export { REQUEST_TIMEOUTS, typeParsers } from './connection-settings';
export { ChannelListener, type ChannelListenerOptions } from './channel-listener';
export { connect, type Connection } from './connect';
export { ControlDatabase } from './control-database';
export { DatabaseClock } from './database-clock';
export { TelemetryDatabase } from './telemetry-database';
export { DatabaseModule } from './database.module';
export {
  isBadValue,
  isConnectionError,
  isLockTimeout,
  isStatementTimeout,
  isTransient,
  isUniqueViolation,
} from './database-errors';
export { dropOldChunks, type DroppedChunks } from './drop-chunks';
export { likePart, likeText } from './like-pattern';
export { migrate, type MigrationClass } from './migrate';
