// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CreateEnrolmentTokenRequest, EnrolmentTokenCreated, EnrolRequest } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from './certificate-authority';
import { ChangeAgentDescription, ChangeAgentDescriptionHandler } from './change-agent-description';
import { CreateEnrolmentToken, CreateEnrolmentTokenHandler } from './create-enrolment-token';
import { DescribeAgent, DescribeAgentHandler } from './describe-agent';
import { EnrolAgent, EnrolAgentHandler } from './enrol-agent';
import { ListEnrolmentTokensHandler } from './list-enrolment-tokens';

const metadata = { actor: 'user:1', causationId: null, correlationId: newId() };
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

describe('an enrolment', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let caDir: string;
  let enrolments: EnrolAgentHandler;
  let creation: CreateEnrolmentTokenHandler;
  let csrPem: string;

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    caDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
    const store = new EventStore(database);
    enrolments = new EnrolAgentHandler(database, store, await CertificateAuthority.open(caDir));
    creation = new CreateEnrolmentTokenHandler(store, { caDir, enrolUrl: 'https://gateway.example:8444' });
    const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=a', keys, signingAlgorithm: SIGNING });
    csrPem = csr.toString('pem');
  });

  afterAll(async () => {
    await database.close();
    await testDb.dropDatabase();
    await rm(caDir, { recursive: true });
  });

  const tokenFor = (request: CreateEnrolmentTokenRequest) =>
    creation.execute(new CreateEnrolmentToken(request, metadata, 'admin'));

  async function enrol({ token }: EnrolmentTokenCreated, members: Partial<EnrolRequest> = {}): Promise<string> {
    const described = { name: 'bound', region: 'eu', provider: 'p', tags: {}, ...members };
    const request = { token, csrPem, agentVersion: '0.0.0', ...described };
    const { agentId } = await enrolments.execute(new EnrolAgent(request, () => undefined));
    return agentId;
  }

  async function rowOf(agentId: string): Promise<object> {
    const [row] = await database.query<object>(
      `SELECT region, provider, tags, capacity_pps AS "capacityPps", set_by_operator AS "setByOperator" FROM agent WHERE id = $1`,
      [agentId],
    );
    return row;
  }

  it('gives the agent what its token fixes, also when the agent reports something else later', async () => {
    const bounds = { region: 'eu', provider: 'q', tags: { site: 'fra' }, capacityPps: 50 };
    const token = await tokenFor({ ...bounds, uses: 2 });
    expect(token).toMatchObject({ ...bounds, agentName: null, uses: 2 });
    const agentId = await enrol(token, { provider: 'q', tags: { rack: '7' } });
    const fixed = { ...bounds, setByOperator: ['region', 'provider', 'tags.site'] };
    expect(await rowOf(agentId)).toEqual({ ...fixed, tags: { site: 'fra', rack: '7' } });
    const said = { name: 'bound', region: 'eu', provider: 'other', tags: { site: 'ams', rack: '8' } };
    const inForce = await new DescribeAgentHandler(database, new EventStore(database)).execute(
      new DescribeAgent(agentId, said),
    );
    expect(inForce).toEqual({ ...said, provider: 'q', tags: { site: 'fra', rack: '8' } });
    const { items } = await new ListEnrolmentTokensHandler(database).execute();
    expect(items.find(({ id }) => id === token.id)).toMatchObject({ ...bounds, usesLeft: 1 });
    const [made] = await database.query<{ data: object }>('SELECT data FROM event WHERE stream = $1', [
      `enrolmenttoken-${token.id}`,
    ]);
    expect(made.data).toMatchObject({ ...bounds, tokenId: token.id });
  });

  it.each<[Partial<EnrolRequest>, string, string]>([
    [{ region: 'us', provider: 'q' }, '#/region', 'The token enrols agents of region "eu", not of "us".'],
    [{}, '#/provider', 'The token enrols agents of provider "q", not of "p".'],
    [{ provider: 'q', tags: { site: 'ams' } }, '#/tags/site', 'agents with the tag site=fra, not site=ams.'],
  ])('with other values than the token fixes is refused: %j', async (members, pointer, detail) => {
    const token = await tokenFor({ region: 'eu', provider: 'q', tags: { site: 'fra' } });
    await expect(enrol(token, { name: 'elsewhere', ...members })).rejects.toMatchObject({
      ...{ code: 'forbidden', detail: expect.stringContaining(detail) as string },
      errors: [expect.objectContaining({ pointer })],
    });
    const [{ left }] = await database.query<{ left: number }>(
      'SELECT uses_left AS left FROM enrolment_token WHERE id = $1',
      [token.id],
    );
    expect(left).toBe(1);
  });

  it('again keeps what an operator set, also with a region that the machine does not know', async () => {
    const agentId = await enrol(await tokenFor({}), { name: 'again' });
    const patch = { region: 'us', tags: { site: 'nyc' }, capacityPps: 70 };
    const descriptions = new ChangeAgentDescriptionHandler(new EventStore(database));
    await descriptions.execute(new ChangeAgentDescription(agentId, patch, metadata));
    expect(await enrol(await tokenFor({}), { name: 'again' })).toBe(agentId);
    expect(await rowOf(agentId)).toMatchObject({ ...patch, provider: 'p' });
  });
});
