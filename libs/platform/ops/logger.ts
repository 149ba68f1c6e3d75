import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_FIELDS = ['password', 'token', 'secret', 'authorization', 'cookie', 'apiKey', 'privateKey', 'jwtSecret'];
const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]).concat(
  'req.headers["set-cookie"]',
  'res.headers["set-cookie"]',
);

/** Creates a logger that writes JSON lines to standard output. The level is ICMPMON_LOG_LEVEL, by default `info`. */
export function createLogger(name: string): Logger {
  return pino({
    name,
    level: process.env['ICMPMON_LOG_LEVEL'] || 'info',
    redact: { paths: REDACTED_PATHS, censor: '(redacted)' },
    base: { name },
  });
}

/** Writes Nest's own messages through pino: `NestFactory.create(module, { logger: new NestPinoLogger(logger) })`. */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest logs every route and module at start, which is debug information.
    this.logger.debug(fieldsOf(rest), String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const fields = message instanceof Error ? { ...fieldsOf(rest), err: message } : fieldsOf(rest);
    this.logger.error(fields, message instanceof Error ? message.message : String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(fieldsOf(rest), String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(rest), String(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(fieldsOf(rest), String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(fieldsOf(rest), String(message));
  }
}

/** Returns the log fields of Nest's arguments: the context is the last one, a stack may precede it. */
function fieldsOf(rest: unknown[]): Record<string, unknown> {
  const context = rest.at(-1);
  const detail = rest.length > 1 ? { detail: rest.slice(0, -1) } : {};
  return context === undefined ? {} : { context, ...detail };
}
