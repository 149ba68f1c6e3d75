import { integer, list, readConfig, text, url } from '@icmp-mon/platform/config';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { KAFKA_SASL_FIELDS, Messaging } from '@icmp-mon/platform/messaging';
import { plugContexts, type PluggedContexts } from './contexts';

/** A mistake of the operator, or a state that the operator must resolve: printed as its message only. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const APPLICATION_NAME = 'icmp-mon cli';
/** Rebuilds and adoptions run statements over whole tables. */
const STATEMENT_TIMEOUT_MS = 600_000;

function readCliConfig() {
  return readConfig({
    controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    telemetryDatabaseUrl: url('ICMPMON_TELEMETRY_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
    ...KAFKA_SASL_FIELDS,
    topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
    shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
  });
}

/** The installation for commands: connections are opened at their first use, and `close` ends them. */
export class CliContext {
  private readonly open: { close(): Promise<void> }[] = [];
  private readonly once = new Map<string, unknown>();

  get config(): ReturnType<typeof readCliConfig> {
    return this.lazily('config', readCliConfig);
  }

  get control(): ControlDatabase {
    return this.openOnce('control', () => new ControlDatabase(options(this.config.controlDatabaseUrl)));
  }

  get telemetry(): TelemetryDatabase {
    return this.openOnce('telemetry', () => new TelemetryDatabase(options(this.config.telemetryDatabaseUrl)));
  }

  get messaging(): Messaging {
    const { kafkaBrokers: brokers, topicPrefix } = this.config;
    return this.openOnce('messaging', () => new Messaging({ brokers, topicPrefix, clientId: 'cli' }));
  }

  get contexts(): Promise<PluggedContexts> {
    return this.lazily('contexts', () => plugContexts(this));
  }

  printLine(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  async close(): Promise<void> {
    for (const each of this.open.reverse()) await each.close();
  }

  private openOnce<T extends { close(): Promise<void> }>(name: string, make: () => T): T {
    return this.lazily(name, () => {
      const made = make();
      this.open.push(made);
      return made;
    });
  }

  private lazily<T>(name: string, make: () => T): T {
    if (!this.once.has(name)) this.once.set(name, make());
    return this.once.get(name) as T;
  }
}

function options(databaseUrl: string): { url: string; applicationName: string; statementTimeoutMs: number } {
  return { url: databaseUrl, applicationName: APPLICATION_NAME, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
}
