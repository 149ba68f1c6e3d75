import { Pipe, type PipeTransform } from '@angular/core';
import { agentTrouble } from './agent-trouble';

/** Shows what prevents an agent from measuring, or makes its results unreliable; null when there is no problem. */
@Pipe({ name: 'agentTrouble' })
export class AgentTroublePipe implements PipeTransform {
  readonly transform = agentTrouble;
}
