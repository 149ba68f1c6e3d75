import { CertificateAuthority, KnownAgents, RejoinChallenges } from '@icmp-mon/agents/server';
import { assignedResultsPerS, AssignmentUpdates } from '@icmp-mon/assignment/server';
import { CommandUpdates } from '@icmp-mon/commands/server';
import { ProcessReport } from '@icmp-mon/operations/server';
import { ControlDatabase, DatabaseClock, REQUEST_TIMEOUTS } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { databaseReadiness } from '@icmp-mon/platform/plugins';
import { UPLOAD_BYTES_MAX } from '@icmp-mon/probing/wire';
import {
  createLogger,
  doEach,
  PRODUCT_VERSION,
  startOpsServer,
  type OpsServer,
  type Readiness,
} from '@icmp-mon/platform/ops';
import { AgentsListenerModule } from './agents/agents-listener.module';
import { ReportedDetails } from './agents/reported-details';
import { AgentAdmission, agentIdOf } from './agents/agent-admission';
import { ResultsRoute } from './agents/results-route';
import { EnrolmentListenerModule } from './enrolment/enrolment-listener.module';
import { KitRoute } from './enrolment/kit-route';
import { LimitNotice } from './limit-notice';
import { type GatewayConfig, traceSettingsOf } from './gateway-config';
import { RateLimit } from './results/rate-limit';
import { ResultAllowance } from './results/result-allowance';
import { ResultsIntake } from './results/results-intake';
import { inFlightBytes } from './results/results-metrics';
import { UploadMemory } from './results/upload-memory';
import { TlsListener } from './tls-listener';

const AGENT_CONNECTIONS_MAX = 4_096;
/** Longest wait for the database's clock at the start, because agents wait for the listeners. */
const CLOCK_MS_MAX = 2_000;
/** Connections per agent: it uses eight, and more may be left from broken connections. */
const CONNECTIONS_PER_AGENT_MAX = 24;
const AGENT_KEEP_ALIVE_MS = 65_000;
const ENROLMENT_CONNECTIONS_MAX = 1_024;
const ENROLMENT_KEEP_ALIVE_MS = 5_000;
/** Share of the upload memory that one agent may fill, but at least one upload of the largest size. */
const AGENT_MEMORY_SHARE = 1 / 8;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** The agents' entry point: enrolment on one listener, everything else on a second one that requires a client certificate. */
export class Gateway {
  private readonly database: ControlDatabase;
  private readonly messaging: Messaging;
  private readonly clock: DatabaseClock;
  private readonly nowMs = (): number => this.clock.nowMs();
  private readonly updates: AssignmentUpdates;
  private readonly commands: CommandUpdates;
  private readonly listeners: TlsListener[] = [];
  private ops: OpsServer | null = null;
  private readonly report: ProcessReport;
  private readonly limits = new LimitNotice();
  private listening = false;

  constructor(private readonly config: GatewayConfig) {
    const { kafkaBrokers: brokers, topicPrefix } = config;
    this.database = new ControlDatabase({
      url: config.controlDatabaseUrl,
      applicationName: 'gateway',
      ...REQUEST_TIMEOUTS,
    });
    this.messaging = new Messaging({ brokers, topicPrefix, clientId: 'gateway' });
    const logger = createLogger('clock');
    this.clock = new DatabaseClock(this.database, (error) =>
      logger.debug({ err: error }, "cannot read the database's clock; extrapolating from the last reading"),
    );
    this.updates = new AssignmentUpdates(this.database);
    this.commands = new CommandUpdates(this.database, this.messaging);
    this.report = new ProcessReport(this.database, {
      app: 'gateway',
      version: PRODUCT_VERSION,
      readiness: () => this.readiness(),
      notice: () => this.limits.takeNotice(),
    });
  }

  /** Starts even while the database or Kafka is unavailable: agents then receive 503 and keep their results. */
  async start(): Promise<void> {
    const { config } = this;
    this.ops = await startOpsServer({ port: config.opsPort, readiness: () => this.readiness() });
    await this.clock.start(CLOCK_MS_MAX);
    const { nowMs } = this;
    const authority = await CertificateAuthority.open(config.caDir, nowMs);
    this.updates.start();
    this.commands.start();
    const common = { authority, nowMs, hosts: [...LOCAL_NAMES, ...publicHosts(config)], host: config.listenHost };
    const requestRate = new RateLimit(config.agentRequestsPerSMax);
    const admission = new AgentAdmission(new KnownAgents(this.database), requestRate, nowMs);
    const agents = await TlsListener.open({
      ...common,
      name: 'agents-listener',
      module: AgentsListenerModule.with({
        admission,
        authority,
        database: this.database,
        updates: this.updates,
        commands: this.commands,
        messaging: this.messaging,
        clock: this.clock,
        traces: traceSettingsOf(config),
        details: new ReportedDetails(this.database),
      }),
      bypass: this.resultsRoute(admission),
      clientCertificates: true,
      connections: {
        connectionsMax: AGENT_CONNECTIONS_MAX,
        perAddressMax: config.connectionsPerAddressMax,
        perClient: { clientOf: agentIdOf, connectionsMax: CONNECTIONS_PER_AGENT_MAX },
      },
      keepAliveMs: AGENT_KEEP_ALIVE_MS,
      port: config.agentPort,
    });
    this.listeners.push(agents);
    const enrolment = await TlsListener.open({
      ...common,
      name: 'enrolment-listener',
      module: EnrolmentListenerModule.with({
        authority,
        database: this.database,
        clock: this.clock,
        challenges: new RejoinChallenges(await authority.sharedSecret('rejoin')),
        answer: { gatewayUrl: config.publicGatewayUrl, shardCount: config.shardCount },
      }),
      bypass: new KitRoute(config.kitDir),
      clientCertificates: false,
      connections: {
        connectionsMax: ENROLMENT_CONNECTIONS_MAX,
        perAddressMax: config.enrolConnectionsPerAddressMax,
      },
      keepAliveMs: ENROLMENT_KEEP_ALIVE_MS,
      port: config.enrolPort,
    });
    this.listeners.push(enrolment);
    this.listening = true;
    this.report.start();
  }

  /** Ports in use, for callers that asked for free ones. */
  get ports(): { agents: number; enrol: number; ops: number } {
    const [agents, enrol] = this.listeners;
    if (!agents || !enrol || !this.ops) throw new Error('The gateway is not listening yet.');
    return { agents: agents.port, enrol: enrol.port, ops: this.ops.port };
  }

  async stop(): Promise<void> {
    this.listening = false;
    await doEach([
      () => this.report.stop(),
      () => this.updates.stop(),
      () => this.commands.stop(),
      () => this.clock.stop(),
      () => Promise.all(this.listeners.map((listener) => listener.drainRequests())),
      ...this.listeners.map((listener) => () => listener.close()),
      () => this.messaging.close(),
      () => this.database.close(),
      () => this.ops?.close(),
    ]);
  }

  private resultsRoute(admission: AgentAdmission): ResultsRoute {
    const { config, messaging } = this;
    const allowance = new ResultAllowance({
      assignedPerS: (agentId) => assignedResultsPerS(this.database, agentId),
      perSMin: config.agentResultsPerSMin,
    });
    return new ResultsRoute({
      admission,
      intake: new ResultsIntake(messaging, config.shardCount, allowance),
      memory: new UploadMemory({
        bytesMax: config.inFlightBytesMax,
        agentBytesMax: Math.max(UPLOAD_BYTES_MAX, config.inFlightBytesMax * AGENT_MEMORY_SHARE),
        onChange: (bytes) => inFlightBytes.set(bytes),
      }),
      byteRate: new RateLimit(config.agentBytesPerSMax),
      nowMs: this.nowMs,
    });
  }

  private async readiness(): Promise<Record<string, Readiness>> {
    const [database, kafka] = await Promise.all([
      databaseReadiness(this.database, 'control database'),
      this.messaging.checkKafka(),
    ]);
    const listeners = { ok: this.listening, detail: this.listening ? 'both listeners are open' : 'starting' };
    return { listeners, database, kafka };
  }
}

function publicHosts({ publicGatewayUrl, publicEnrolUrl }: GatewayConfig): string[] {
  // A URL has brackets around an IPv6 address, a certificate does not.
  return [publicGatewayUrl, publicEnrolUrl].map((address) => new URL(address).hostname.replace(/^\[|\]$/g, ''));
}
