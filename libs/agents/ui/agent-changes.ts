import { type AgentChange, type AgentState, type AgentView, isAdmitted } from '@icmp-mon/agents/contract';

export interface OfferedChange {
  change: AgentChange;
  label: string;
  /** What it does, for the dialog that asks first. */
  effect: string;
  /** Of `retire`. */
  force?: boolean;
}

const DRAIN: OfferedChange = {
  change: 'drain',
  label: 'Drain',
  effect: 'Its targets go to other agents. It stays connected, measures nothing, and can be made active again.',
};
const CANCEL_DRAIN: OfferedChange = {
  change: 'cancel-drain',
  label: 'Make active again',
  effect: 'It gets targets again.',
};
const RETIRE: OfferedChange = {
  change: 'retire',
  label: 'Retire',
  effect:
    'Its targets go to other agents; once it holds none and has sent what it measured it is removed, and its name is free. ' +
    'Its history stays.',
};
const RETIRE_NOW: OfferedChange = {
  change: 'retire',
  label: 'Retire now',
  effect:
    'It is removed at once, and its name is free. What it has measured and not sent yet is lost. Its history stays.',
  force: true,
};
const EVICT: OfferedChange = {
  change: 'evict',
  label: 'Evict',
  effect: 'Its certificate and key are refused within a minute. It can join again with a token that names it.',
};
const BAN: OfferedChange = {
  change: 'ban',
  label: 'Ban',
  effect: 'Its certificate and key are refused within a minute, and no token lets it in until it is unbanned.',
};
const UNBAN: OfferedChange = {
  change: 'unban',
  label: 'Unban',
  effect: 'It can join again with a token that names it.',
};

/** What an operator can do to an agent in its state. */
export function offeredChanges({ state, thenRetire }: Pick<AgentView, 'state' | 'thenRetire'>): OfferedChange[] {
  switch (state) {
    case 'active':
      return [DRAIN, RETIRE, EVICT, BAN];
    case 'draining':
      return [CANCEL_DRAIN, thenRetire ? RETIRE_NOW : RETIRE, EVICT, BAN];
    case 'evicted':
      return [RETIRE_NOW, BAN];
    case 'banned':
      return [UNBAN, RETIRE_NOW];
    case 'retired':
      return [];
    default:
      return state satisfies never;
  }
}

/** A token can put another machine in the place of an agent, or let an evicted one in again. */
export function isReplaceable(state: AgentState): boolean {
  return isAdmitted(state) || state === 'evicted';
}

/** Where an agent is in its life, as a sentence; null for an active one. */
export function stateText({ state, thenRetire }: Pick<AgentView, 'state' | 'thenRetire'>): string | null {
  switch (state) {
    case 'active':
      return null;
    case 'draining':
      return thenRetire
        ? 'Draining: it is retired once it holds no targets and has sent what it measured'
        : 'Draining: its targets go to other agents';
    case 'evicted':
      return 'Evicted: the gateway refuses it until it joins again with a token that names it';
    case 'banned':
      return 'Banned: the gateway refuses it, and no token lets it in';
    case 'retired':
      return 'Retired: it was removed; its history stays';
    default:
      return state satisfies never;
  }
}
