import type { IconName } from '@icmp-mon/platform/ui-kit';

/** A page of the navigation. */
export interface Place {
  path: string;
  text: string;
  icon: IconName;
  /** Its shortcut, if it has one. */
  keys?: string;
  exact: boolean;
}

/** Pages of the navigation rail, in its order. */
export const PLACES: readonly Place[] = [
  { path: '/', text: 'Dashboard', icon: 'dashboard', keys: 'g d', exact: true },
  { path: '/targets', text: 'Targets', icon: 'targets', keys: 'g t', exact: false },
  { path: '/agents', text: 'Agents', icon: 'agents', keys: 'g a', exact: false },
  { path: '/health', text: 'Health', icon: 'health', keys: 'g h', exact: false },
  { path: '/settings', text: 'Settings', icon: 'settings', keys: 'g s', exact: false },
];
