import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { TierChecks } from '@icmp-mon/tiers/contract';
import { Global, Module } from '@nestjs/common';
import { ChangeTierHandler } from '../change-tier';
import { CreateTierHandler } from '../create-tier';
import { DefineBuiltInTiersHandler } from '../define-built-in-tiers';
import { ExecutableChecks } from '../executable-checks';
import { ListTierVersionsHandler } from '../list-tier-versions';
import { ListTiersHandler } from '../list-tiers';
import { ReadTierHandler } from '../read-tier';
import { RemoveTierHandler } from '../remove-tier';
import { StoredTierChecks } from '../stored-tier-checks';
import { TiersController } from '../tiers.controller';
import { UnknownTier } from '../unknown-tier';
import { ReadTierAtHandler } from '../versions/read-tier-at';
import { TIER_AUDIT } from '../tier-audit';

/** Exports `TierChecks` for the routes of other contexts. */
@Global()
@Module({
  controllers: [TiersController],
  providers: [
    ExecutableChecks,
    UnknownTier,
    DefineBuiltInTiersHandler,
    CreateTierHandler,
    ChangeTierHandler,
    RemoveTierHandler,
    ListTiersHandler,
    ReadTierHandler,
    ReadTierAtHandler,
    ListTierVersionsHandler,
    { provide: TierChecks, useClass: StoredTierChecks },
  ],
  exports: [TierChecks],
})
export class TiersApiModule {
  constructor(audited: AuditedCategories) {
    audited.plug(TIER_AUDIT);
  }
}
