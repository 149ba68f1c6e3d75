import { Module } from '@nestjs/common';
import { DefineBuiltInTiersHandler } from '../define-built-in-tiers';
import { ListTiersHandler } from '../list-tiers';
import { ReadTierHandler } from '../read-tier';
import { TiersController } from '../tiers.controller';

@Module({
  controllers: [TiersController],
  providers: [DefineBuiltInTiersHandler, ListTiersHandler, ReadTierHandler],
})
export class TiersApiModule {}
