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
/** Name of the installation's own agent in `infra/apps.mjs`. Its token is renewed at every start, because the agent may lose its folder. */
const LOCAL_AGENT = 'local';
const STARTER_TIER = 'standard';
const logger = createLogger('api-migrate');

/**
 * Prepares an installation for this release: tables, topics, built-in tiers, and at the first start the account, key, token and
 * starter targets. Safe to repeat and to run concurrently.
 */
export async function bootstrap(config: ApiConfig): Promise<void> {
  const secrets = config.bootstrapFile === undefined ? null : readBootstrapFile(config.bootstrapFile);
  const control = await migrate(config.controlDatabaseUrl, CONTROL_MIGRATIONS);
  const telemetry = await migrate(config.telemetryDatabaseUrl, TELEMETRY_MIGRATIONS);
  logger.info({ control, telemetry }, 'migrations applied');
  const app = await NestFactory.createApplicationContext(ApiModule.register(config), {
    logger: new NestPinoLogger(logger),
    abortOnError: false,
  });
  try {
    await app.get(Messaging).ensureTopics({ shardCount: config.shardCount });
    logger.info('topics created');
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
  // Later starts create no user: one that was removed stays removed.
  const [user] = await database.query('SELECT 1 FROM user_account LIMIT 1');
  if (user === undefined)
    await commands.execute(new EnsureUser(secrets.adminUser, secrets.adminPassword, 'admin', metadata));
  await commands.execute(new EnsureApiKey(secrets.apiKey, 'bootstrap', 'admin', metadata));
  await bootstrapEnrolmentToken(database, secrets.enrolmentToken, LOCAL_AGENT);
}

/** Registers the starter targets once in the life of an installation, so that a target that an operator removed does not come back. */
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
      await commands.execute(new RegisterTarget({ ip, tier: STARTER_TIER }, metadata, null));
    } catch (error) {
      // An interrupted earlier run registered this target.
      if (!(error instanceof TargetExists)) throw error;
    }
  }
  await database.execute('INSERT INTO bootstrap_done (name) VALUES ($1) ON CONFLICT DO NOTHING', [
    STARTER_TARGETS_DONE,
  ]);
}
