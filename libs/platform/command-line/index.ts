// Plain JavaScript: commands print their help by the Node of the machine, before anything is installed or built.
export { type Command, callOf, EXIT_USAGE, pathsOf, UsageError } from './definition.mjs';
export { helpOf } from './help.mjs';
export { nearest } from './nearest.mjs';
export { Invocation, readCommandLine } from './read-command-line.mjs';
