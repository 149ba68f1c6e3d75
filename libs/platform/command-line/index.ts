// Plain JavaScript, because commands print their help with the Node of the machine, before packages are installed or built.
export { type Command, callOf, callWith, EXIT_USAGE, type Option, pathsOf, UsageError } from './definition.mjs';
export { helpOf } from './help.mjs';
export { Invocation } from './invocation.mjs';
export { nearest } from './nearest.mjs';
export { readCommandLine } from './read-command-line.mjs';
