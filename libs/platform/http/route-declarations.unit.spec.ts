import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { Public, RequirePermission } from './permission';
import { assertRoutesDeclareAccess } from './route-declarations';

@Controller('declared')
@RequirePermission('targets:read')
class Declared {
  @Get()
  read(): string {
    return 'read';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  notARoute(): string {
    return 'nothing';
  }
}

@Controller('forgotten')
class Forgotten {
  @Get()
  read(): string {
    return 'read';
  }
}

@Module({ imports: [DiscoveryModule], controllers: [Declared] })
class AllDeclared {}

@Module({ imports: [DiscoveryModule], controllers: [Declared, Forgotten] })
class OneForgotten {}

describe('assertRoutesDeclareAccess', () => {
  it('passes when every route declares its access', async () => {
    const app = await NestFactory.createApplicationContext(AllDeclared, { logger: false });
    expect(() => assertRoutesDeclareAccess(app)).not.toThrow();
    await app.close();
  });

  it('names a route that declares nothing', async () => {
    const app = await NestFactory.createApplicationContext(OneForgotten, { logger: false });
    expect(() => assertRoutesDeclareAccess(app)).toThrow(/Forgotten\.read \(GET\).*@RequirePermission/);
    await app.close();
  });
});
