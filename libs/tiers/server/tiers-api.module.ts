import { Module } from '@nestjs/common';
import { DefineBuiltInTiersHandler } from './define-built-in-tiers';
import { Tiers } from './list-tiers';
import { TiersController } from './tiers.controller';

@Module({
  controllers: [TiersController],
  providers: [Tiers, DefineBuiltInTiersHandler],
})
export class TiersApiModule {}
