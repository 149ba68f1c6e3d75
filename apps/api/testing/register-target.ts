import type { TargetView } from '@icmp-mon/targets/contract';
import { expect } from 'vitest';
import type { TestApi } from './test-api';

/** Registers a target of the tier "standard", unless `more` names another one. */
export async function registerTarget(api: TestApi, ip: string, more: object = {}): Promise<TargetView> {
  const response = await api.postJson('/api/v1/targets', { ip, tier: 'standard', ...more });
  expect(response.status).toBe(201);
  return (await response.json()) as TargetView;
}
