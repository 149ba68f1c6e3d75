import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@icmp-mon/platform/testing';
import { freshAddress, RunningProduct, placeWitness, readWitness, allReady, whileAway } from '@icmp-mon/e2e/testing';
import { judgeNumbers, judgeWitness, type Judgement, settled } from './judge';
import { NumberedAgent } from './numbered-agent';
import { SmallDisks } from './small-disks';
import { TcpProxy } from './tcp-proxy';

const PATIENCE = { withinMs: 120_000 };
const CONCURRENT_REQUESTS = 8;
const STOPPED = 'allow:\n  - 127.0.0.0/8\nstopped: true\n';
const RUNNING = 'allow:\n  - 127.0.0.0/8\npacketsPerSecond: 2000\nstopped: false\n';

export interface InstallationOptions {
  name: string;
  targets: number;
  /** Interval at which the numbered agent measures each of its targets. */
  measureEveryMs: number;
  /** Further settings for `npm start`. */
  environment?: Record<string, string>;
  /** Disks of limited size for the data of Kafka and the databases. */
  disks?: { databasesMib: number; kafkaMib: number };
}

/**
 * A product on its own services with two agents that share its targets: the local one with fping, whose spool keeps a copy (witness) of every
 * accepted block, and one that numbers its results. Each reaches the gateway through its own proxy.
 */
export class Installation {
  /** Keys of the targets that exist throughout. */
  readonly keys: number[] = [];
  private witnessedSince = new Date(0);

  private constructor(
    readonly product: RunningProduct,
    readonly agentProxy: TcpProxy,
    readonly numberedProxy: TcpProxy,
    readonly numbered: NumberedAgent,
    /** First two octets of its targets' addresses. */
    readonly network: string,
    readonly disks: SmallDisks | undefined,
  ) {}

  static async start(options: InstallationOptions, printLine: (line: string) => void): Promise<Installation> {
    const [agentProxy, numberedProxy] = [new TcpProxy(), new TcpProxy()];
    const [agentPort, numberedPort] = [await agentProxy.listenOn(), await numberedProxy.listenOn()];
    const disks = options.disks && new SmallDisks();
    const product = await RunningProduct.start({
      name: options.name,
      services: 'own',
      environment: {
        ICMPMON_STARTER_TARGETS: '',
        ICMPMON_PUBLIC_GATEWAY_URL: `https://127.0.0.1:${agentPort}`,
        ...options.environment,
      },
      ...(disks && {
        prepare: (dir: string) => disks.mount(dir, options.disks ?? { databasesMib: 0, kafkaMib: 0 }),
        ended: () => disks.unmount(),
      }),
      // The local agent, which must use its proxy, starts before the product is ready.
      portsChosen: ({ agents }) => {
        for (const proxy of [agentProxy, numberedProxy]) proxy.forwardTo(agents ?? 0);
      },
    });
    printLine(`the product is ready, on its own services`);
    try {
      const numbered = await Installation.enrolNumbered(product, numberedPort, numberedProxy.port);
      const network = freshAddress().split('.').slice(0, 2).join('.');
      const installation = new Installation(product, agentProxy, numberedProxy, numbered, network, disks);
      await installation.fillInventory(options, printLine);
      return installation;
    } catch (error) {
      // The caller does not have this product yet: without this, it and this process would keep running.
      await agentProxy.close();
      await numberedProxy.close();
      await product.stop();
      throw error;
    }
  }

  private static async enrolNumbered(
    product: RunningProduct,
    proxiedPort: number,
    directPort: number,
  ): Promise<NumberedAgent> {
    const token = await product.callApi<{ token: string; enrolUrl: string }>('POST', 'enrolment-tokens', {
      region: 'lab',
      uses: 5,
      validForS: 3600,
    });
    return NumberedAgent.enrolAgent({
      enrolUrl: token.enrolUrl,
      token: token.token,
      caPem: readFileSync(path.join(product.dir, 'ca/ca.crt'), 'utf8'),
      name: 'numbered',
      gatewayUrl: `https://127.0.0.1:${proxiedPort}`,
      directUrl: `https://127.0.0.1:${directPort}`,
    });
  }

  private async fillInventory(options: InstallationOptions, printLine: (line: string) => void): Promise<void> {
    await this.placeWitness();
    await this.addTargets(options.targets);
    await this.becomesQuiet(options);
    const share = `${this.numbered.assigned.length} of them are measured every ${options.measureEveryMs} ms with numbers`;
    printLine(`${options.targets} targets with an interval of 5 s; ${share}`);
  }

  /** Makes the local agent's spool keep a copy of every block from now on. */
  async placeWitness(): Promise<void> {
    await whileAway(this.product, 'agent', () => {
      placeWitness(path.join(this.product.dir, 'agent'));
      this.witnessedSince = new Date();
    });
  }

  private async addTargets(count: number): Promise<void> {
    let next = 0;
    const add = async (): Promise<void> => {
      for (let at = next++; at < count; at = next++) {
        const ip = `${this.network}.${1 + (at >> 7)}.${1 + (at & 127)}`;
        this.keys.push((await this.product.callApi<{ key: number }>('POST', 'targets', { ip, tier: 'fast' })).key);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_REQUESTS }, add));
  }

  /** Starts the numbered agent once the assignments are stable. */
  private async becomesQuiet({ targets, measureEveryMs }: InstallationOptions): Promise<void> {
    let before = -1;
    await eventually(async () => {
      await this.numbered.sendReport();
      const mine = await this.numbered.sync();
      // Assignments are stable once both agents are connected and each has its share.
      const settled = mine > 0 && mine < targets && mine === before;
      before = mine;
      await pause(500);
      if (!settled) throw new Error(`${mine} targets are assigned to the numbered agent`);
    }, PATIENCE);
    this.numbered.start(measureEveryMs);
    await this.allUp(targets);
  }

  async allUp(targets: number): Promise<void> {
    await eventually(async () => {
      const { up } = await this.product.callApi<{ up: number }>('GET', 'targets/counts');
      if (up !== targets) throw new Error(`${up} of ${targets} targets are up`);
    }, PATIENCE);
  }

  /** Returns how many changes to down there were; no target was made unreachable. */
  async downs(): Promise<number> {
    const [row] = await this.product.queryTelemetry<{ downs: number }>(
      `SELECT count(*)::integer AS downs FROM status_change WHERE to_status = 'down'`,
    );
    return row?.downs ?? 0;
  }

  /** Compares the numbers from `from` up to those sent before this call with the stored ones, once they had time to arrive. */
  async judgeNumbered(from: number): Promise<Judgement> {
    const { agentId, disowned } = this.numbered;
    const to = this.numbered.next - 1;
    const url = this.product.access.telemetryDatabaseUrl;
    return settled(() => judgeNumbers(url, agentId, { from, to, disowned }));
  }

  /** Stops the local agent's probing, waits until its spool is empty, and compares all results that it ever spooled with the stored ones. */
  async judgeLocal(): Promise<Judgement> {
    const { product } = this;
    const agentDir = path.join(product.dir, 'agent');
    writeFileSync(path.join(agentDir, 'policy.yaml'), STOPPED);
    try {
      for (const metric of ['icmpmon_agent_targets', 'icmpmon_agent_spool_blocks']) {
        await eventually(async () => {
          const left = await product.readMetric('agent', metric);
          if (left > 0) throw new Error(`${metric} is ${left}`);
        }, PATIENCE);
      }
      const spooled = await whileAway(product, 'agent', () => readWitness(agentDir));
      const of = { spooled, since: this.witnessedSince, keys: this.keys };
      return await settled(() => judgeWitness(product.access.telemetryDatabaseUrl, 'local', of));
    } finally {
      writeFileSync(path.join(agentDir, 'policy.yaml'), RUNNING);
      await allReady(product);
    }
  }

  async stop(): Promise<void> {
    // Results that the product no longer accepts are not shipped.
    this.numbered.abandon();
    await this.agentProxy.close();
    await this.numberedProxy.close();
    await this.product.stop();
  }
}
