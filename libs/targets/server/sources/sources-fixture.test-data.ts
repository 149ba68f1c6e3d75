import type { DefineSourceRequest, InventorySource, RunSourceQuery, SourceRunView } from '@icmp-mon/targets/contract';
import { BulkFixture, REQUESTER } from '../bulk/bulk-fixture.test-data';
import { TierNames } from '../tier-names';
import { AddressPolicy } from './address-policy';
import { ChangeSource, ChangeSourceHandler } from './change-source';
import { CredentialBox } from './credential-box';
import { DefineSource, DefineSourceHandler } from './define-source';
import { ListIntake } from './list-intake';
import { ListSourceRuns, ListSourceRunsHandler } from './list-source-runs';
import { NetboxStandIn } from './netbox-stand-in.test-data';
import { RemoveSource, RemoveSourceHandler } from './remove-source';
import { RequestSourceRun, RequestSourceRunHandler } from './request-source-run';
import { RunEnd } from './run-end';
import { SourceRunner } from './source-runner';
import { readSource } from './source-rows';

/** A target of the inventory, as far as a source may change it. */
export interface KnownTarget {
  id: string;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  paused: boolean;
}

/**
 * Inventory sources on a database of their own, with the tiers fast and standard, and a NetBox that has no addresses yet. Sources may be at
 * 127.0.0.1.
 */
export class SourcesFixture {
  private readonly tiers: TierNames;
  private readonly box = new CredentialBox('a key of tests');

  private constructor(
    readonly bulk: BulkFixture,
    readonly netbox: NetboxStandIn,
    private readonly folder: string | undefined,
    private readonly allowed: readonly string[],
  ) {
    this.tiers = new TierNames(bulk.control);
  }

  static async open({
    folder,
    allowed = ['127.0.0.1'],
  }: { folder?: string; allowed?: string[] } = {}): Promise<SourcesFixture> {
    const [bulk, netbox] = await Promise.all([BulkFixture.open(), NetboxStandIn.open()]);
    return new SourcesFixture(bulk, netbox, folder, allowed);
  }

  async close(): Promise<void> {
    await Promise.all([this.netbox.close(), this.bulk.close()]);
  }

  /** A worker's runner. */
  newRunner(): SourceRunner {
    const { control, store } = this.bulk;
    const end = new RunEnd(control, store);
    const reading = { policy: new AddressPolicy(this.allowed), folder: this.folder };
    return new SourceRunner(control, new ListIntake(control, store, this.box, reading, end), end);
  }

  defineSource(request: DefineSourceRequest): Promise<InventorySource> {
    const { store } = this.bulk;
    return new DefineSourceHandler(store, this.tiers, this.box).execute(new DefineSource(request, REQUESTER));
  }

  /** Defines a source of the NetBox with its token. */
  defineNetbox(change: Partial<DefineSourceRequest> = {}): Promise<InventorySource> {
    const { url: location, token: credential } = this.netbox;
    return this.defineSource({ name: 'NetBox', kind: 'netbox', location, tier: 'fast', credential, ...change });
  }

  changeSource(id: string, patch: Partial<DefineSourceRequest>, expectedVersion?: number): Promise<InventorySource> {
    const { control, store } = this.bulk;
    const handler = new ChangeSourceHandler(control, store, this.tiers, this.box);
    return handler.execute(new ChangeSource(id, { patch }, REQUESTER, expectedVersion));
  }

  removeSource(id: string): Promise<void> {
    return new RemoveSourceHandler(this.bulk.store).execute(new RemoveSource(id, REQUESTER, undefined));
  }

  requestRun(id: string, query: RunSourceQuery = {}): Promise<SourceRunView> {
    const { control, store } = this.bulk;
    return new RequestSourceRunHandler(control, store).execute(new RequestSourceRun(id, query, REQUESTER));
  }

  /** Runs a source now, to its end with all bulk jobs. */
  async runSource(id: string, query: RunSourceQuery = {}): Promise<SourceRunView> {
    const { id: runId } = await this.requestRun(id, query);
    await this.runAll();
    const run = (await this.runsOf(id)).find((each) => each.id === runId);
    if (run === undefined) throw new Error('The run was deleted.');
    return run;
  }

  /** Runs everything that is ready, with the bulk jobs that it starts. */
  async runAll(): Promise<void> {
    const { signal } = new AbortController();
    const runner = this.newRunner();
    while (await runner.runNextStep(signal)) await this.bulk.runner.runJobs(signal);
  }

  async runsOf(id: string): Promise<SourceRunView[]> {
    return (await new ListSourceRunsHandler(this.bulk.control).execute(new ListSourceRuns(id))).items;
  }

  readSource(id: string): Promise<InventorySource> {
    return readSource(this.bulk.control, id);
  }

  /** Returns all targets by address. */
  async readTargets(): Promise<Map<string, KnownTarget>> {
    const rows = await this.bulk.control.query<KnownTarget>(
      'SELECT id, host(ip) AS ip, vrf, name, tags, tier, paused FROM target_list ORDER BY ip',
    );
    return new Map(rows.map((row) => [row.ip, row]));
  }

  async readTarget(ip: string): Promise<KnownTarget> {
    const found = (await this.readTargets()).get(ip);
    if (found === undefined) throw new Error(`${ip} is not a target.`);
    return found;
  }
}
