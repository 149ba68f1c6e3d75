import type { Permission } from '@icmp-mon/identity/contract';
import type { IconName } from '@icmp-mon/platform/ui-kit';

/** A page of the navigation. */
export interface Place {
  path: string;
  text: string;
  icon: IconName;
  /** Its shortcut, if it has one. */
  keys?: string;
  exact: boolean;
  /** Permission without which it is not shown; null for a page of everyone. */
  needs: Permission | null;
}

/** Pages of the navigation rail, in its order. */
export const PLACES: readonly Place[] = [
  { path: '/', text: 'Dashboard', icon: 'dashboard', keys: 'g d', exact: true, needs: null },
  { path: '/targets', text: 'Targets', icon: 'targets', keys: 'g t', exact: false, needs: null },
  { path: '/agents', text: 'Agents', icon: 'agents', keys: 'g a', exact: false, needs: 'agents:read' },
  { path: '/commands', text: 'Commands', icon: 'play', keys: 'g c', exact: false, needs: 'commands:read' },
  {
    ...{ path: '/maintenance', text: 'Maintenance', icon: 'calendar', keys: 'g m', exact: false },
    needs: 'maintenance:read',
  },
  { path: '/health', text: 'Health', icon: 'health', keys: 'g h', exact: false, needs: 'operations:read' },
  { path: '/settings', text: 'Settings', icon: 'settings', keys: 'g s', exact: false, needs: null },
];
