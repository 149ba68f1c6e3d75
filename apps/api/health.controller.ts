import { Public } from '@icmp-mon/platform/http';
import type { Readiness } from '@icmp-mon/platform/ops';
import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiReadiness } from './readiness';

/** Liveness and readiness for load balancers that reach only the main port; metrics are only on the ops port. */
@ApiExcludeController()
@Controller()
@Public()
export class HealthController {
  constructor(private readonly readiness: ApiReadiness) {}

  @Get('livez')
  @Header('Cache-Control', 'no-store')
  live(): { ok: boolean } {
    return { ok: true };
  }

  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  async ready(
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ ok: boolean; parts: Record<string, Readiness> }> {
    const parts = await this.readiness.checkAll();
    const ok = Object.values(parts).every((part) => part.ok);
    response.status(ok ? 200 : 503);
    return { ok, parts };
  }
}
