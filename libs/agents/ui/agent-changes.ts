import { type AgentChange, type AgentState, type AgentView, isAdmitted } from '@icmp-mon/agents/contract';

export interface OfferedChange {
  change: AgentChange;
  label: string;
  /** Effect of the change, shown in the confirmation dialog. */
  effect: string;
  /** Only for `retire`. */
  force?: boolean;
}

const DRAIN: OfferedChange = {
  change: 'drain',
  label: 'Drain',
  effect: 'Its targets move to other agents. It stays connected without targets and can be activated again.',
};
const CANCEL_DRAIN: OfferedChange = {
  change: 'cancel-drain',
  label: 'Cancel drain',
  effect: 'It is active again and receives targets.',
};
const RETIRE: OfferedChange = {
  change: 'retire',
  label: 'Retire',
  effect:
    'Its targets move to other agents. Once it holds none and has shipped its results, it is removed and its name is free. ' +
    'Its history stays.',
};
const RETIRE_NOW: OfferedChange = {
  change: 'retire',
  label: 'Retire now',
  effect:
    'It is removed immediately and its name is free. Results that it has not shipped are lost. Its history stays.',
  force: true,
};
const EVICT: OfferedChange = {
  change: 'evict',
  label: 'Evict',
  effect: 'Its certificate and key are refused within a minute. It can enrol again with a token that names it.',
};
const BAN: OfferedChange = {
  change: 'ban',
  label: 'Ban',
  effect: 'Its certificate and key are refused within a minute, and every token is refused until it is unbanned.',
};
const UNBAN: OfferedChange = {
  change: 'unban',
  label: 'Unban',
  effect: 'It can enrol again with a token that names it.',
};

/** Returns the changes that an operator can make in the agent's state. */
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

/** Returns whether another machine can replace the agent with a token, or an evicted agent can enrol again with one. */
export function isReplaceable(state: AgentState): boolean {
  return isAdmitted(state) || state === 'evicted';
}

/** Returns the agent's lifecycle state as a sentence; null for an active agent. */
export function stateText({ state, thenRetire }: Pick<AgentView, 'state' | 'thenRetire'>): string | null {
  switch (state) {
    case 'active':
      return null;
    case 'draining':
      return thenRetire
        ? 'Draining: it is retired once it holds no targets and has shipped its results'
        : 'Draining: its targets move to other agents';
    case 'evicted':
      return 'Evicted: the gateway refuses it until it enrols again with a token that names it';
    case 'banned':
      return 'Banned: the gateway refuses it and every token for it';
    case 'retired':
      return 'Retired: removed; its history stays';
    default:
      return state satisfies never;
  }
}
