import { AgentReports } from '@icmp-mon/agents/contract';
import { AssignmentDirectory } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { Authenticator, type Principal } from '@icmp-mon/platform/http';
import { targetIdOf } from '@icmp-mon/shard/engine/testing';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { Global, Module } from '@nestjs/common';

export const KEYS = [8, 16, 24];
const targetOf = (key: number): TargetReference => ({
  ...{ id: targetIdOf(key), key, ip: `127.0.0.${key}`, vrf: 'default', name: key === 8 ? 'gw' : null, tier: 'edge' },
});

class ThreeTargets extends TargetDirectory {
  override async findTarget(ref: string): Promise<TargetReference> {
    const target = KEYS.map(targetOf).find(({ id, ip }) => id === ref || ip === ref);
    if (target === undefined) throw new DomainError('not_found', `There is no target ${ref}.`);
    return target;
  }

  override byKeys = async (keys: readonly number[]): Promise<Map<number, TargetReference>> =>
    new Map(keys.map((key) => [key, targetOf(key)]));

  override keysInScope = async (scope: string): Promise<number[]> => (scope === '(site=fra)' ? [16] : []);
}

class Everybody extends Authenticator {
  override authenticate = async (): Promise<Principal> => ({
    ...{ kind: 'api-key', id: 'k', name: 'test', role: 'viewer', scope: null, sessionId: null },
    permissions: ['status:read'],
  });

  override stillValid = async (): Promise<boolean> => true;
}

@Global()
@Module({
  providers: [
    { provide: TargetDirectory, useClass: ThreeTargets },
    { provide: AssignmentDirectory, useValue: {} },
    { provide: TargetsInMaintenance, useValue: { byKeys: () => Promise.resolve(new Map()) } },
    { provide: AgentReports, useValue: {} },
    { provide: Authenticator, useClass: Everybody },
  ],
  exports: [TargetDirectory, Authenticator, AssignmentDirectory, AgentReports, TargetsInMaintenance],
})
export class Surroundings {}

@Module({})
export class TestApi {}
