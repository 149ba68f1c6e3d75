import type { ExecutorHealth } from '@icmp-mon/agents/contract';
import { type AddressFamily, CANARIES, FAMILY_NAMES } from './address-family';
import type { SliceEnd } from './executor';
import type { FpingExit, FpingProcess } from './fping-process';
import { ignoresPings } from './ignored-pings';
import type { SliceTally } from './slice-tally';

type State = ExecutorHealth['state'];
type Trouble = { state: State; detail: string };

const DETAIL_LENGTH_MAX = 500;
const FAMILIES: readonly AddressFamily[] = ['ipv4', 'ipv6'];

/** What is known of fping, as a state and a sentence that says what to do. */
export class FpingHealth {
  private state: State = 'idle';
  private detail = 'No target is assigned yet.';
  private version: string | undefined;
  /** What keeps one family of addresses from being measured while the other is. */
  private readonly ofFamily: Partial<Record<AddressFamily, Trouble>> = {};

  constructor(private readonly configuredPath: string | undefined) {}

  get current(): ExecutorHealth {
    const { state, detail } = this.worst();
    return { type: 'icmp_ping', state, detail, ...(this.version === undefined ? {} : { version: this.version }) };
  }

  /** What keeps fping from being used, as it was when that was looked at last. */
  last(): SliceEnd {
    return { ok: false, pausedMs: 0, ...this.worst() };
  }

  isVersion(version: string): void {
    this.version = version;
  }

  /** It was never used, or did not work when it was. */
  get needsCheck(): boolean {
    return this.worst().state !== 'ok';
  }

  get familiesToCheck(): readonly AddressFamily[] {
    const troubled = FAMILIES.filter((family) => this.ofFamily[family] !== undefined);
    return troubled.length > 0 ? troubled : ['ipv4'];
  }

  /** These families have targets; trouble of others is over. Without any target it is over when a check says so. */
  expect(families: readonly AddressFamily[]): void {
    if (families.length === 0) return;
    for (const family of FAMILIES) if (!families.includes(family)) delete this.ofFamily[family];
  }

  missing(): SliceEnd {
    return this.becomes('missing', missingDetail(this.configuredPath));
  }

  failed(why: string): SliceEnd {
    return this.becomes('restarting', `fping failed: ${why}. It is started again for each slice.`);
  }

  notPermitted(path: string, why: string): SliceEnd {
    const detail = `${path} may not open a raw socket (${why}). Give it the capability: setcap cap_net_raw+ep ${path}`;
    return this.becomes('not_permitted', detail);
  }

  unsupported(path: string, why: string): SliceEnd {
    const detail = `${path} cannot be used: ${why}. Install fping 5.0 or later: older versions do not report lost probes.`;
    return this.becomes('unsupported_version', detail);
  }

  /** A process has ended, for this reason. */
  ended(exit: FpingExit, path: string, { tally, longestPauseMs, droppedPackets }: FpingProcess): SliceEnd {
    for (const family of FAMILIES) {
      const state = exit.kind === 'done' ? (tally?.familyState(family) ?? 'silent') : 'silent';
      if (state === 'heard') delete this.ofFamily[family];
      else if (state !== 'silent') this.ofFamily[family] = familyTrouble(family, state, path);
    }
    const end = this.judge(exit, path);
    const remarks = [...(tally === undefined ? [] : foreignRemark(tally)), ...dropsRemark(droppedPackets)];
    const remark = remarks.length === 0 ? undefined : remarks.join(' ');
    if (end.ok && remark !== undefined) this.detail = `${this.detail} ${remark}`;
    return { ...end, pausedMs: longestPauseMs, remark };
  }

  /**
   * Only canaries were asked. A family that is heard is well again, and so is one whose canary may not answer: its targets will tell.
   * Silence says nothing new: a firewall may block the canary of an agent that hears its targets.
   */
  checked(exit: FpingExit, path: string, { tally }: FpingProcess): SliceEnd {
    for (const family of FAMILIES) {
      if (exit.kind !== 'done') continue;
      if (tally?.familyState(family) === 'heard' || ignoresPings(family)) delete this.ofFamily[family];
    }
    return this.judge(exit, path);
  }

  private judge(exit: FpingExit, path: string): SliceEnd {
    switch (exit.kind) {
      case 'done': {
        this.state = 'ok';
        this.detail = `${path} answers.`;
        const worst = this.worst();
        return worst.state === 'ok' ? { ok: true, pausedMs: 0 } : { ok: false, pausedMs: 0, ...worst };
      }
      case 'missing':
        return this.missing();
      case 'not_permitted':
        return this.notPermitted(path, exit.detail);
      case 'killed':
        return this.becomes('restarting', `fping was ended by ${exit.detail}; the next slice starts it again.`);
      case 'failed':
        return this.failed(exit.detail);
    }
  }

  private becomes(state: State, detail: string): SliceEnd {
    this.state = state;
    // What fping or the system wrote is part of it: the gateway takes one line of this length.
    this.detail = detail.replace(/\s+/g, ' ').slice(0, DETAIL_LENGTH_MAX);
    return { ok: false, pausedMs: 0, state, detail: this.detail };
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
    `fping hears no ${name} reply, not even from this machine's own address ${CANARIES[family]}: no data instead of "down". ` +
    (ignoresPings(family)
      ? 'This machine ignores pings (icmp_echo_ignore_all): only a target that answers shows that fping hears.'
      : `Give it the capability: setcap cap_net_raw+ep ${path}. Otherwise look at the firewall of this machine.`);
  return { state: 'deaf', detail };
}

function foreignRemark({ foreignReplies, foreignExample }: SliceTally): string[] {
  if (foreignReplies === 0) return [];
  return [
    `${foreignReplies} replies of the last slice came from another address than the one that was asked (${foreignExample}): ` +
      'they do not count. Either the target answers by another address, or another program here uses the same ICMP id.',
  ];
}

function dropsRemark(droppedPackets: number): string[] {
  if (droppedPackets === 0) return [];
  return [
    `The system dropped ${droppedPackets} packets for fping in the last slice because its socket was full: misses of that time do not count. ` +
      'Give this machine more CPU, or its sockets more room: sysctl net.core.rmem_default.',
  ];
}

function missingDetail(configured: string | undefined): string {
  return configured === undefined
    ? 'fping is not installed. Install the package fping, or name the file in ICMPMON_AGENT_FPING_PATH.'
    : `There is no executable file ${configured}. Correct ICMPMON_AGENT_FPING_PATH, or install fping there.`;
}
