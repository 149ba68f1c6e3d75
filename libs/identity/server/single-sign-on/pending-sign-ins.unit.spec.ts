import { expect, it } from 'vitest';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { PendingSignIns } from './pending-sign-ins';

const NOW_MS = 1_700_000_000_000;
const SECRETS = { state: 'state', nonce: 'nonce', codeVerifier: 'verifier' };
const pending = new PendingSignIns(new SecretBox('s'.repeat(48), 'pending sign-in'));

it('a pending sign-in is read from its cookie, for its state and ten minutes only', () => {
  const sealed = pending.sealPending(SECRETS, '/targets', NOW_MS);
  expect(pending.openPending(sealed, 'state', NOW_MS + 599_000)).toMatchObject({ ...SECRETS, returnUrl: '/targets' });
  expect(pending.openPending(sealed, 'state', NOW_MS + 601_000)).toBeNull();
  expect(pending.openPending(sealed, 'other', NOW_MS)).toBeNull();
  expect(pending.openPending('forged', 'state', NOW_MS)).toBeNull();
  expect(sealed.length).toBeLessThan(1_000);
});
