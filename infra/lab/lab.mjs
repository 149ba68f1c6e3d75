import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api } from '../demo/product.mjs';
import { messageOf } from '../error-text.mjs';
import { Refusal } from '../output.mjs';
import { retireAgents, startAgents } from './agents.mjs';
import { ResolvedFault } from './engine/faults.mjs';
import { World } from './engine/world.mjs';
import { serveSockets } from './forwarder.mjs';
import { readAssignment, registerTargets, removeTargets, targetsUp } from './inventory.mjs';
import { createNetwork, namespacesOf } from './network.mjs';
import { LabRecord } from './record.mjs';
import { Responder } from './responder.mjs';
import { scoreParts } from './score-parts.mjs';
import { PROBE_TIMEOUT_MS, defineTiers, neededMsOf } from './tiers.mjs';
import { playTimeline } from './timeline-run.mjs';
import { Truth } from './truth.mjs';

/** @typedef {import('./scenario.mjs').Scenario} Scenario */
/** @typedef {Record<'apiUrl' | 'apiKey' | 'gatewayUrl' | 'enrolUrl' | 'telemetryDatabaseUrl', string>} Access */

const PREFIX = 'icmpmon-lab';
const ALL_UP_WITHIN_MS = 180_000;
/** Time between the last preparation and the start of the timeline. */
const LEAD_MS = 2_000;
/** Time for statuses to arrive after the last fault, besides the time that the tier needs. */
const SETTLE_MS = 3_000;

/**
 * A simulated internet with real agents in it, next to a running product.
 *
 *     start ─▶ playOnce, as often as wanted ─▶ close
 *
 * `close` removes everything, also after a start that failed half-way.
 */
export class Lab {
  /** @type {(() => void) | undefined} */ endForwarding;
  /** @type {Responder | undefined} */ responder;

  /**
   * @param {object} of
   * @param {Scenario} of.scenario
   * @param {Access} of.access of the running product
   * @param {string} of.productDir
   * @param {number} of.intervalS between two probes of a target
   * @param {(line: string) => void} of.report
   * @param {AbortSignal} of.signal ends waiting
   */
  constructor({ scenario, access, productDir, intervalS, report, signal }) {
    this.scenario = scenario;
    this.access = access;
    this.productDir = productDir;
    this.intervalS = intervalS;
    this.report = report;
    this.signal = signal;
    this.dir = join(productDir, 'lab');
    this.world = new World(scenario.world);
    this.faults = scenario.timeline.map((fault) => new ResolvedFault(fault, this.world));
    this.namespaces = namespacesOf(`${PREFIX}-${process.pid}`, this.world.vantages);
    this.api = new Api(access);
    this.record = new LabRecord(this.dir);
    this.socketDir = '';
  }

  get truthFile() {
    return join(this.dir, 'truth.ndjson');
  }

  /** File of the probes that got no valid reply. */
  get missesFile() {
    return join(this.dir, 'misses.ndjson');
  }

  /** Creates the network, starts the agents, registers the targets, and waits until they are up. Returns how many are. */
  async start() {
    const { world, namespaces, record, report } = this;
    mkdirSync(this.dir, { recursive: true });
    const left = await record.begin();
    if (left > 0) report(`Removed ${left} namespaces of an interrupted lab.`);
    const ports = [this.access.gatewayUrl, this.access.enrolUrl].map((url) => Number(new URL(url).port));
    record.addNamespaces([namespaces.core, ...namespaces.agents]);
    createNetwork(namespaces, world.vantages, ports);
    // A path of a socket has at most 107 characters: not below the folder of the installation.
    this.socketDir = mkdtempSync(join(tmpdir(), `${PREFIX}-`));
    this.endForwarding = await serveSockets(ports, this.socketDir);
    this.responder = new Responder(namespaces.core);
    record.addProcess(this.responder.pid);
    const { world: plan, seed, timeline } = this.scenario;
    await this.responder.begin({
      ...{ world: plan, faults: timeline, seed, ports, socketDir: this.socketDir },
      ...{ timeoutMs: PROBE_TIMEOUT_MS, missesFile: this.missesFile },
    });
    this.signal.throwIfAborted();
    report(`${world.regions.length} regions, ${world.vantages.length} agents, ${world.targets.length} targets`);
    await retireAgents(this.api, world.vantages);
    await defineTiers(this.api, world, this.intervalS, this.scenario.closed);
    await startAgents({
      ...{ vantages: world.vantages, namespaces: namespaces.agents, dir: this.dir, productDir: this.productDir },
      api: this.api,
      started: (pid) => record.addProcess(pid),
    });
    this.signal.throwIfAborted();
    await registerTargets(this.api, world, this.scenario.closed);
    report('Waiting until the agents have reached all targets ...');
    const up = await targetsUp(this.api, world.targets.length, ALL_UP_WITHIN_MS, this);
    if (up === 0) throw new Refusal(`No target of the lab is up. The agents' logs: ${join(this.dir, 'agents')}`);
    return up;
  }

  /**
   * Plays the timeline once, and compares what the product reported with the truth, scenario by scenario.
   * @returns {Promise<{ results: import('./report.mjs').Result[], counts: import('./responder.mjs').ResponderCounts, health: string[] }>}
   */
  async playOnce() {
    const { truthFile, missesFile, signal, responder } = this;
    if (responder === undefined) throw new Error('The lab has not started.');
    const originMs = Date.now() + LEAD_MS;
    for (const file of [truthFile, missesFile]) writeFileSync(file, '');
    await responder.setOrigin(originMs);
    const assignments = this.readAssignments(originMs);
    const played = playTimeline({
      ...{ truth: new Truth(this.world, this.faults), originMs, durationS: this.scenario.durationS },
      ...{ core: this.namespaces.core, truthFile, report: this.report, signal },
    });
    const [truth, agentsOf] = await Promise.race([Promise.all([played, assignments]), responder.failed]);
    const neededMs = neededMsOf(this.intervalS);
    const lastMs = Math.max(originMs, ...truth.map(({ at }) => Date.parse(at)));
    await pause(Math.max(0, lastMs + neededMs + SETTLE_MS - Date.now()), undefined, { signal });
    const counts = await responder.readCounts();
    const health = await this.readHealth();
    const results = await scoreParts({
      ...{ scenario: this.scenario, world: this.world, faults: this.faults, originMs, neededMs, truth, agentsOf },
      ...{ missesFile, telemetryUrl: this.access.telemetryDatabaseUrl, intervalMs: this.intervalS * 1_000 },
      ...{ tally: await responder.readTally(), lateMs: counts.lateMeanUs / 1_000 },
      isBusy: health.some((text) => text.startsWith('Agents:')),
    });
    return { results, counts, health };
  }

  /**
   * Returns the summaries of the parts of Health that are not well: on a machine with few free cores, agents that cannot keep the probing rate.
   * @returns {Promise<string[]>}
   */
  async readHealth() {
    const { parts } = await this.api.get('/health');
    return parts
      .filter((/** @type {{ state: string }} */ { state }) => state !== 'ok')
      .map((/** @type {{ title: string, summary: string }} */ { title, summary }) => `${title}: ${summary}`);
  }

  /**
   * Reads the agents of each target when each scenario begins: a fault moves targets to other agents.
   * @param {number} originMs
   */
  async readAssignments(originMs) {
    const agents = this.world.vantages.map(({ name }) => name);
    const assignments = [];
    for (const { fromS } of this.scenario.parts) {
      await pause(Math.max(0, originMs + fromS * 1_000 - Date.now()), undefined, { signal: this.signal });
      assignments.push(await readAssignment(this.api, agents));
    }
    return assignments;
  }

  /**
   * Ends the agents and the simulated internet, and removes the namespaces. Unless `keepData`, also removes the targets and retires the
   * agents in the product. Safe to repeat.
   */
  async close({ keepData = false } = {}) {
    // A lab that was refused because another one runs has nothing to remove: targets and agents are the other's.
    if (!this.record.isHeld) return;
    this.report(`Removing ${keepData ? 'the namespaces' : 'namespaces, targets and agents'} of the lab ...`);
    try {
      if (!keepData) await this.removeData();
    } catch (error) {
      this.report(`Targets and agents of the lab could not be removed from the product: ${messageOf(error)}`);
    } finally {
      await this.record.removeAll();
      this.endForwarding?.();
      if (this.socketDir !== '') rmSync(this.socketDir, { recursive: true, force: true });
    }
  }

  async removeData() {
    await removeTargets(this.api);
    await retireAgents(this.api, this.world.vantages);
  }
}
