import { bootstrapEnrolmentToken } from '@icmp-mon/agents/server';
import { EnsureApiKey, EnsureUser } from '@icmp-mon/identity/server';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { ControlDatabase, migrate } from '@icmp-mon/platform/database';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging } from '@icmp-mon/platform/messaging';
import { createLogger, NestPinoLogger } from '@icmp-mon/platform/ops';
import { RegisterTarget, TargetExists } from '@icmp-mon/targets/server';
import { DefineBuiltInTiers } from '@icmp-mon/tiers/server';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { ApiConfig } from '../api-config';
import { ApiModule } from '../api.module';
import { type BootstrapSecrets, readBootstrapFile } from './bootstrap-file';

const STARTER_TARGETS_DONE = 'starter-targets';
/** As `infra/apps.mjs` names the agent that is started beside the installation; it may lose its folder. */
const LOCAL_AGENT = 'local';
const STARTER_TIER = 'standard';
const logger = createLogger('api-migrate');

/**
 * Brings an installation to what this release needs: tables, topics, built-in tiers, and at the first time the account,
 * key, token and targets to start with. Safe to repeat and to run twice at once.
 */
export async function bootstrap(config: ApiConfig): Promise<void> {
  const secrets = config.bootstrapFile === undefined ? null : readBootstrapFile(config.bootstrapFile);
  const control = await migrate(config.controlDatabaseUrl, CONTROL_MIGRATIONS);
  const telemetry = await migrate(config.telemetryDatabaseUrl, TELEMETRY_MIGRATIONS);
  logger.info({ control, telemetry }, 'the databases are up to date');
  const app = await NestFactory.createApplicationContext(ApiModule.register(config), {
    logger: new NestPinoLogger(logger),
    abortOnError: false,
  });
  try {
    await app.get(Messaging).ensureTopics({ shardCount: config.shardCount });
    logger.info('the topics are there');
    const commands = app.get(CommandBus);
    const metadata = { actor: 'system:bootstrap', causationId: null, correlationId: newId() };
    await commands.execute(new DefineBuiltInTiers(metadata));
    const database = app.get(ControlDatabase);
    if (secrets !== null) await makeAccess(commands, database, secrets, metadata);
    await registerStarters(commands, database, config.starterTargets ?? [], metadata);
    logger.info('ready');
  } finally {
    await app.close();
  }
}

async function makeAccess(
  commands: CommandBus,
  database: ControlDatabase,
  secrets: BootstrapSecrets,
  metadata: RequestMetadata,
): Promise<void> {
  await commands.execute(new EnsureUser(secrets.adminUser, secrets.adminPassword, 'admin', metadata));
  await commands.execute(new EnsureApiKey(secrets.apiKey, 'bootstrap', 'admin', metadata));
  await bootstrapEnrolmentToken(database, secrets.enrolmentToken, LOCAL_AGENT);
}

/** Once in the life of an installation: a starter target that somebody took away does not come back. */
async function registerStarters(
  commands: CommandBus,
  database: ControlDatabase,
  addresses: string[],
  metadata: RequestMetadata,
): Promise<void> {
  if (addresses.length === 0) return;
  const [done] = await database.query('SELECT 1 FROM bootstrap_done WHERE name = $1', [STARTER_TARGETS_DONE]);
  if (done !== undefined) return;
  for (const ip of addresses) {
    try {
      await commands.execute(new RegisterTarget({ ip, tier: STARTER_TIER }, metadata));
    } catch (error) {
      // A run before this one got so far.
      if (!(error instanceof TargetExists)) throw error;
    }
  }
  await database.execute('INSERT INTO bootstrap_done (name) VALUES ($1) ON CONFLICT DO NOTHING', [
    STARTER_TARGETS_DONE,
  ]);
}
