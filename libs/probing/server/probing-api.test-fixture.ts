import { DomainError } from '@icmp-mon/platform/errors';
import { Authenticator, type Principal } from '@icmp-mon/platform/http';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { TierChecks } from '@icmp-mon/tiers/contract';
import { Global, Module } from '@nestjs/common';
import { TwoChecks } from './one-target.test-checks';

/** The only target. */
export const TARGET: TargetReference = {
  id: '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f',
  key: 11,
  ip: '127.0.0.9',
  vrf: 'default',
  name: null,
  tier: 'standard',
};
export const OPERATOR: Principal = {
  ...{ kind: 'api-key', id: 'k', name: 'test', role: 'viewer', permissions: ['results:read'] },
  ...{ scope: null, sessionId: null },
};

class OneTarget extends TargetDirectory {
  override async findTarget(ref: string): Promise<TargetReference> {
    if (ref === TARGET.id || ref === TARGET.ip) return TARGET;
    throw new DomainError('not_found', `There is no target ${ref}.`);
  }

  override async byKeys(): Promise<Map<number, TargetReference>> {
    return new Map([[TARGET.key, TARGET]]);
  }
}

class Everybody extends Authenticator {
  override async authenticate(): Promise<Principal> {
    return OPERATOR;
  }

  override async stillValid(): Promise<boolean> {
    return true;
  }
}

/** Other contexts, as far as the routes of results need them. */
@Global()
@Module({
  providers: [
    { provide: TargetDirectory, useClass: OneTarget },
    { provide: TierChecks, useClass: TwoChecks },
    { provide: Authenticator, useClass: Everybody },
  ],
  exports: [TargetDirectory, TierChecks, Authenticator],
})
export class Surroundings {}
