import type { Permission } from '@icmp-mon/identity/contract';

/** A page of Settings; `needs` is the permission without which it is not listed. */
interface SettingsPage {
  path: string;
  text: string;
  detail: string;
  exact: boolean;
  testId: string;
  needs: Permission | null;
}

/** Pages of Settings, in the order of their links. */
export const SETTINGS_PAGES: readonly SettingsPage[] = [
  {
    ...{ path: '/settings', text: 'Account', detail: 'your password, second factor and logins' },
    ...{ exact: true, testId: 'account', needs: null },
  },
  {
    ...{ path: '/settings/users', text: 'Users', detail: 'accounts and roles' },
    ...{ exact: false, testId: 'users', needs: 'access:manage' },
  },
  {
    ...{ path: '/settings/keys', text: 'Keys', detail: 'API keys of services' },
    ...{ exact: false, testId: 'keys', needs: 'access:manage' },
  },
  {
    ...{ path: '/settings/tokens', text: 'Tokens', detail: 'enrolment of agents' },
    ...{ exact: false, testId: 'tokens', needs: 'agents:enrol' },
  },
  {
    ...{ path: '/settings/anchors', text: 'Anchors', detail: 'addresses that show whether uplinks work' },
    ...{ exact: false, testId: 'anchors', needs: 'agents:read' },
  },
  {
    ...{ path: '/settings/sources', text: 'Sources', detail: 'targets from NetBox and Prometheus' },
    ...{ exact: false, testId: 'sources', needs: 'sources:read' },
  },
  {
    ...{ path: '/settings/tiers', text: 'Tiers', detail: 'monitoring policies' },
    ...{ exact: false, testId: 'tiers', needs: 'agents:read' },
  },
  {
    ...{ path: '/settings/audit', text: 'Audit', detail: 'who changed what' },
    ...{ exact: false, testId: 'audit', needs: 'audit:read' },
  },
];
