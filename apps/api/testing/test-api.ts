import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Role, ROLES } from '@icmp-mon/identity/contract';
import { EnsureApiKey, EnsureUser, newApiKey } from '@icmp-mon/identity/server';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { listen } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabases, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { DefineBuiltInTiers } from '@icmp-mon/tiers/server';
import { CommandBus } from '@nestjs/cqrs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApi } from '../api';
import type { ApiConfig } from '../api-config';
import { Judging } from './judging';

export const TEST_PASSWORD = 'correct horse battery staple';

export interface TestApi {
  app: NestExpressApplication;
  /** Origin, without a path. */
  url: string;
  config: ApiConfig;
  control: ControlDatabase;
  /** Started, unless `judging` is false. */
  judging: Judging;
  /** One API key per role. */
  keys: Record<Role, string>;
  /** Sends a request with the key of a role; `admin` unless set. */
  sendRequest(pathAndQuery: string, init?: RequestInit & { role?: Role }): Promise<Response>;
  postJson(pathAndQuery: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a request of any method; without a body if it is undefined. */
  sendJson(method: string, pathAndQuery: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** Returns the settings of an API on the given databases, with its files in `folder`. */
export function testApiConfig(databases: TestDatabases, folder: string, change: Partial<ApiConfig> = {}): ApiConfig {
  const services = testServices();
  return {
    controlDatabaseUrl: databases.controlUrl,
    telemetryDatabaseUrl: databases.telemetryUrl,
    kafkaBrokers: services.kafkaBrokers,
    redisUrl: services.redisUrl,
    topicPrefix: testTopicPrefix(),
    shardCount: 2,
    opsPort: 0,
    apiHost: '127.0.0.1',
    apiPort: 0,
    trustedProxies: undefined,
    publicEnrolUrl: 'https://127.0.0.1:8444',
    caDir: path.join(folder, 'ca'),
    portalDir: undefined,
    clientFile: undefined,
    secondFactorRequired: [],
    singleSignOn: null,
    secretFile: path.join(folder, 'secrets.json'),
    credentialsKey: 'test credentials key',
    bootstrapFile: undefined,
    starterTargets: undefined,
    healthThresholds: DEFAULT_THRESHOLDS,
    disks: [],
    jwtSecret: randomBytes(48).toString('base64url'),
    ...change,
  };
}

/** Starts the API on its own databases, with built-in tiers, a user `admin` and one key per role. */
export async function startTestApi(
  change: Partial<ApiConfig> = {},
  { judging: judges }: { judging: boolean } = { judging: true },
): Promise<TestApi> {
  const databases = await testDatabase('both');
  const folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-api-test-'));
  const config = testApiConfig(databases, folder, change);
  const app = await createApi(config);
  const judging = new Judging(app.get(TelemetryDatabase), config.shardCount);
  if (judges) await judging.start();
  const port = await listen(app, config.apiPort, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const keys = await makeAccess(app);
  const ask: TestApi['sendRequest'] = (pathAndQuery, { role = 'admin', ...init } = {}) =>
    fetch(`${url}${pathAndQuery}`, {
      ...init,
      headers: { authorization: `Bearer ${keys[role]}`, ...(init.headers as Record<string, string> | undefined) },
    });
  const sendJson: TestApi['sendJson'] = (method, pathAndQuery, body, headers = {}) =>
    ask(pathAndQuery, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    app,
    url,
    config,
    control: app.get(ControlDatabase),
    judging,
    keys,
    sendRequest: ask,
    postJson: (pathAndQuery, body, headers) => sendJson('POST', pathAndQuery, body, headers),
    sendJson,
    async stop() {
      await judging.stop();
      app.getHttpServer().closeAllConnections();
      await app.close();
      await databases.dropDatabases();
      await rm(folder, { recursive: true });
    },
  };
}

async function makeAccess(app: NestExpressApplication): Promise<Record<Role, string>> {
  const commands = app.get(CommandBus);
  const metadata = { actor: 'system:test', causationId: null, correlationId: newId() };
  await commands.execute(new DefineBuiltInTiers(metadata));
  await commands.execute(new EnsureUser('admin', TEST_PASSWORD, 'admin', metadata));
  const keys = Object.fromEntries(ROLES.map((role) => [role, newApiKey()])) as Record<Role, string>;
  for (const role of ROLES) await commands.execute(new EnsureApiKey(keys[role], role, role, metadata));
  return keys;
}
