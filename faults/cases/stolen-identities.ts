import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AgentChange, EnrolResponse, EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import { CertificateAuthority } from '@icmp-mon/agents/server';
import { eventually } from '@icmp-mon/platform/testing';
import {
  type Answer,
  block,
  enrolment,
  jsonOf,
  makeKeyAndCsr,
  rejoining,
  TestClient,
} from '@icmp-mon/probing/agent/testing';
import type { RunningProduct } from '@icmp-mon/e2e/testing';
import { type FaultContext, Findings, type Verdict } from '../fault';

const RENEWALS = { short: 100, full: 1_000 };
const OUT_WITHIN_S = 60;
const DAY_MS = 86_400_000;
const AWAY_DAYS = 30;

interface Attacker {
  agentId: string;
  name: string;
  keyPem: string;
  csrPem: string;
  client: TestClient;
}

/**
 * Attacks with one certificate, one token or one copied key: taking another agent's name, endless renewals, continuing after eviction, ban
 * or retirement. Also verifies that an agent that was away for weeks returns with its key alone.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const { product } = await context.installation();
  const world = new World(product);
  try {
    const agent = await world.enrolAgent(`attacked-${context.seed}`);
    await takeover(findings, world, agent);
    await renewals(findings, world, agent, context.short ? RENEWALS.short : RENEWALS.full);
    await longAway(findings, world, agent);
    await putOut(findings, world, agent);
  } finally {
    world.close();
  }
  return findings;
}

/** Tries to take the agent's name with any token, and with one that names another agent. */
async function takeover(findings: Findings, world: World, agent: Attacker): Promise<void> {
  const { csrPem } = await makeKeyAndCsr();
  const { token } = await world.token({});
  const taken = await world.anonymous.json('/v1/enrol', enrolment(agent.name, token, csrPem));
  findings.must('taking a name with any token: status', taken.status, 409);
  const named = await world.token({ agentName: `${agent.name}-other` });
  const other = await world.anonymous.json('/v1/enrol', enrolment(agent.name, named.token, csrPem));
  findings.must('taking a name with a token for another agent: status', other.status, 403);
  findings.must('upload of the attacked agent: status', (await world.sendUpload(agent)).status, 200);
}

/** Sends renewals of one young certificate as fast as they are answered. */
async function renewals(
  findings: Findings,
  world: World,
  { client, csrPem, agentId }: Attacker,
  count: number,
): Promise<void> {
  let granted = 0;
  for (let sent = 0; sent < count; sent++) {
    const { status } = await client.json('/v1/certificate', { csrPem });
    if (status === 200) granted++;
  }
  findings.must(`renewals of a young certificate granted, of ${count}`, granted, 0);
  const { version } = await world.product.callApi<{ version: number }>('GET', `agents/${agentId}`);
  findings.must('events of the agent after that', version, 1);
}

/** Lets an agent return whose certificate expired a month ago and whose token is used up. */
async function longAway(findings: Findings, world: World, agent: Attacker): Promise<void> {
  const ca = await CertificateAuthority.open(path.join(world.product.dir, 'ca'));
  const then = new Date(Date.now() - AWAY_DAYS * DAY_MS);
  const { pem } = await ca.issueAgentCertificate(agent.csrPem, agent.agentId, then);
  await eventually(
    async () => {
      const request = await rejoining(world.anonymous, agent, agent.keyPem, { certificatePem: pem });
      const answer = await world.anonymous.json('/v1/rejoin', request);
      if (answer.status !== 200)
        throw new Error(`rejoining failed with status ${answer.status}: ${answer.body.toString()}`);
      agent.client = world.clientOf(jsonOf<EnrolResponse>(answer).certificatePem, agent.keyPem);
    },
    { withinMs: 30_000 },
  );
  findings.must(
    `upload of an agent that was away for ${AWAY_DAYS} days: status`,
    (await world.sendUpload(agent)).status,
    200,
  );
}

/** Evicts, bans and retires the agent: measures until it is rejected with the right code. */
async function putOut(findings: Findings, world: World, agent: Attacker): Promise<void> {
  for (const [change, code] of [
    ['evict', 'agent_evicted'],
    ['ban', 'agent_banned'],
    ['retire', 'agent_retired'],
  ] as const) {
    await world.changeAgent(agent, change);
    const startedMs = performance.now();
    await eventually(
      async () => {
        const answer = await world.sendUpload(agent);
        const given = answer.status === 403 ? jsonOf<{ code?: string }>(answer).code : undefined;
        if (given !== code) throw new Error(`status ${answer.status}, code ${given}`);
      },
      { withinMs: 2 * OUT_WITHIN_S * 1_000 },
    );
    findings.atMost(
      `seconds until it was rejected with ${code}`,
      (performance.now() - startedMs) / 1_000,
      OUT_WITHIN_S,
    );
    const back = await world.anonymous.json('/v1/rejoin', await rejoining(world.anonymous, agent, agent.keyPem));
    findings.must(`rejoining with its key, after ${code}`, jsonOf<{ code: string }>(back).code, code);
  }
  const next = await world.enrolAgent(agent.name);
  findings.must('the name can be used by another agent', String(next.agentId !== agent.agentId), 'true');
  await world.changeAgent(next, 'retire');
}

/** An installation, as a client with certificates and tokens sees it. */
class World {
  readonly anonymous: TestClient;
  private readonly clients: TestClient[] = [];
  private readonly ca: string;
  private sequence = 0;

  constructor(readonly product: RunningProduct) {
    this.ca = readFileSync(path.join(product.dir, 'ca/ca.crt'), 'utf8');
    this.anonymous = new TestClient(product.access.enrolUrl, { ca: this.ca });
  }

  token(request: object): Promise<EnrolmentTokenCreated> {
    return this.product.callApi<EnrolmentTokenCreated>('POST', 'enrolment-tokens', request);
  }

  async enrolAgent(name: string): Promise<Attacker> {
    const { keyPem, csrPem } = await makeKeyAndCsr();
    const { token } = await this.token({ region: 'lab' });
    const answer = await this.anonymous.json('/v1/enrol', enrolment(name, token, csrPem));
    if (answer.status !== 201)
      throw new Error(`enrolment failed with status ${answer.status}: ${answer.body.toString()}`);
    const { agentId, certificatePem } = jsonOf<EnrolResponse>(answer);
    return { agentId, name, keyPem, csrPem, client: this.clientOf(certificatePem, keyPem) };
  }

  clientOf(cert: string, key: string): TestClient {
    const client = new TestClient(this.product.access.gatewayUrl, { ca: this.ca, cert, key });
    this.clients.push(client);
    return client;
  }

  sendUpload({ client, agentId }: Attacker): Promise<Answer> {
    return client.sendBlocks('live', [block({ agentId, sequence: ++this.sequence })]);
  }

  async changeAgent({ agentId }: Attacker, change: AgentChange): Promise<void> {
    await this.product.callApi('POST', `agents/${agentId}/${change}`, change === 'retire' ? { force: true } : {});
  }

  close(): void {
    for (const client of [this.anonymous, ...this.clients]) client.close();
  }
}
