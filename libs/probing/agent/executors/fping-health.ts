import type { ExecutorHealth } from '@icmp-mon/agents/contract';
import { type AddressFamily, CANARIES, FAMILY_NAMES } from './address-family';
import type { SliceEnd } from './executor';
import type { FpingExit } from './fping-exit';
import type { FpingProcess } from './fping-process';
import { remarksOf } from './fping-remarks';
import { ignoresPings } from './ignored-pings';
import { absentSourceText } from './own-addresses';
import type { PingOptions } from './ping-options';

type State = ExecutorHealth['state'];
type Trouble = { state: State; detail: string };

const DETAIL_LENGTH_MAX = 500;
const FAMILIES: readonly AddressFamily[] = ['ipv4', 'ipv6'];

/** State of fping, with a sentence about what to do. */
export class FpingHealth {
  private state: State = 'idle';
  private detail = 'No target is assigned yet.';
  private version: string | undefined;
  /** Failures that affect one family of addresses while the other is measured. */
  private readonly ofFamily: Partial<Record<AddressFamily, Trouble>> = {};

  /** Source addresses of checks that this machine does not have. */
  private readonly absentSources = new Set<string>();

  constructor(private readonly configuredPath: string | undefined) {}

  get current(): ExecutorHealth {
    const worst = this.worst();
    const { state, detail } = worst.state === 'ok' && this.absentSources.size > 0 ? this.sourceTrouble() : worst;
    return { type: 'icmp_ping', state, detail, ...(this.version === undefined ? {} : { version: this.version }) };
  }

  /** Returns the failure that prevents use of fping, as of the last check. */
  last(): SliceEnd {
    return { ok: false, pausedMs: 0, ...this.worst() };
  }

  isVersion(version: string): void {
    this.version = version;
  }

  /** Whether fping was never used, or failed when it was. */
  get needsCheck(): boolean {
    return this.worst().state !== 'ok';
  }

  get familiesToCheck(): readonly AddressFamily[] {
    const troubled = FAMILIES.filter((family) => this.ofFamily[family] !== undefined);
    return troubled.length > 0 ? troubled : ['ipv4'];
  }

  /** Sets the families that have targets, and clears failures of other families. Without any target only a check clears failures. */
  setFamilies(families: readonly AddressFamily[]): void {
    if (families.length === 0) return;
    for (const family of FAMILIES) if (!families.includes(family)) delete this.ofFamily[family];
  }

  /** Records that this machine lacks the source address of a check: only its pings are affected. */
  sourceMissing(source: string): SliceEnd {
    this.absentSources.add(source);
    return { ok: false, pausedMs: 0, state: 'source_missing', detail: absentSourceText(source) };
  }

  sourceFound(source: string): void {
    this.absentSources.delete(source);
  }

  /** Forgets missing source addresses that no target needs. */
  setSources(isNeeded: (source: string) => boolean): void {
    for (const source of this.absentSources) if (!isNeeded(source)) this.absentSources.delete(source);
  }

  missing(): SliceEnd {
    return this.becomes('missing', missingDetail(this.configuredPath));
  }

  recordFailure(why: string): SliceEnd {
    return this.becomes('restarting', `fping failed: ${why}. The next slice starts it again.`);
  }

  notPermitted(path: string, why: string): SliceEnd {
    const detail = `${path} may not open a raw socket (${why}). Give it the capability: setcap cap_net_raw+ep ${path}`;
    return this.becomes('not_permitted', detail);
  }

  unsupported(path: string, why: string): SliceEnd {
    const detail = `${path} cannot be used: ${why}. Install fping 5.0 or later: older versions do not report lost probes.`;
    return this.becomes('unsupported_version', detail);
  }

  /** Records how a process ended. */
  recordEnd(exit: FpingExit, path: string, worker: FpingProcess, ping: PingOptions): SliceEnd {
    const { tally, longestPauseMs, droppedPackets } = worker;
    for (const family of FAMILIES) {
      const state = exit.kind === 'done' ? (tally?.familyState(family) ?? 'silent') : 'silent';
      if (state === 'heard') delete this.ofFamily[family];
      else if (state !== 'silent') this.ofFamily[family] = familyTrouble(family, state, path);
    }
    const end = this.judgeExit(exit, path);
    const remarks = remarksOf(tally, ping, droppedPackets);
    const remark = remarks.length === 0 ? undefined : remarks.join(' ');
    if (end.ok && remark !== undefined) this.detail = `${this.detail} ${remark}`;
    return { ...end, pausedMs: longestPauseMs, remark };
  }

  /**
   * Records the end of a check, which probed only canaries. A family with a reply works again. So does one whose canary may not reply: its
   * targets will show. Silence changes nothing: a firewall may block the canary of an agent that does receive replies of its targets.
   */
  checked(exit: FpingExit, path: string, { tally }: FpingProcess): SliceEnd {
    for (const family of FAMILIES) {
      if (exit.kind !== 'done') continue;
      if (tally?.familyState(family) === 'heard' || ignoresPings(family)) delete this.ofFamily[family];
    }
    return this.judgeExit(exit, path);
  }

  private judgeExit(exit: FpingExit, path: string): SliceEnd {
    switch (exit.kind) {
      case 'done': {
        this.state = 'ok';
        this.detail = `${path} works.`;
        const worst = this.worst();
        return worst.state === 'ok' ? { ok: true, pausedMs: 0 } : { ok: false, pausedMs: 0, ...worst };
      }
      case 'missing':
        return this.missing();
      case 'not_permitted':
        return this.notPermitted(path, exit.detail);
      case 'killed':
        return this.becomes('restarting', `fping was killed by ${exit.detail}. The next slice starts it again.`);
      case 'failed':
        return this.recordFailure(exit.detail);
    }
  }

  private becomes(state: State, detail: string): SliceEnd {
    this.state = state;
    // Contains output of fping or of the system: the gateway accepts one line of limited length.
    this.detail = detail.replace(/\s+/g, ' ').slice(0, DETAIL_LENGTH_MAX);
    return { ok: false, pausedMs: 0, state, detail: this.detail };
  }

  private sourceTrouble(): Trouble {
    const detail = [...this.absentSources].map(absentSourceText).join(' ').slice(0, DETAIL_LENGTH_MAX);
    return { state: 'source_missing', detail };
  }

  private worst(): Trouble {
    if (this.state !== 'ok') return { state: this.state, detail: this.detail };
    const troubles = FAMILIES.flatMap((family) => this.ofFamily[family] ?? []);
    return troubles.find(({ state }) => state === 'deaf') ?? troubles[0] ?? { state: this.state, detail: this.detail };
  }
}

function familyTrouble(family: AddressFamily, state: 'deaf' | 'unavailable', path: string): Trouble {
  const name = FAMILY_NAMES[family];
  if (state === 'unavailable') {
    const detail = `${path} cannot open a socket for ${name}: targets with ${name} addresses have no data. Enable ${name} on this machine, or assign them elsewhere.`;
    return { state: 'family_unavailable', detail };
  }
  const detail =
    `fping receives no ${name} replies, not even from this machine's own address ${CANARIES[family]}: targets have no data, they are not reported down. ` +
    (ignoresPings(family)
      ? 'This machine ignores pings (icmp_echo_ignore_all): only a reply of a target proves that fping receives replies.'
      : `Give it the capability: setcap cap_net_raw+ep ${path}. Otherwise check the firewall of this machine.`);
  return { state: 'deaf', detail };
}

function missingDetail(configured: string | undefined): string {
  return configured === undefined
    ? 'fping is not installed. Install the package fping, or set ICMPMON_AGENT_FPING_PATH to its path.'
    : `${configured} is not an executable file. Correct ICMPMON_AGENT_FPING_PATH, or install fping there.`;
}
