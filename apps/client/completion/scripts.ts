/** Line that asks the shell for names of files. */
export const FILES_MARK = ':files';

/** The program prints one word per line; bash splits words at colons (as in IPv6 addresses), so their beginning is cut off again. */
const BASH = `# Completion of icmpmon for bash: source <(icmpmon completion bash)
_icmpmon() {
  local cur words line colon
  cur=\${COMP_LINE:0:COMP_POINT}; cur=\${cur##*[[:space:]]}
  read -ra words <<<"\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${FILES_MARK} ]]; then compopt -o filenames 2>/dev/null; mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    elif [[ $line == "$cur"* ]]; then COMPREPLY+=("$line"); fi
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then colon=\${cur%"\${cur##*:}"}; COMPREPLY=("\${COMPREPLY[@]#"$colon"}"); fi
}
complete -F _icmpmon icmpmon
`;

const ZSH = `#compdef icmpmon
# Completion of icmpmon for zsh: icmpmon completion zsh > "\${fpath[1]}/_icmpmon", or source <(icmpmon completion zsh)
_icmpmon() {
  local -a found names
  found=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  names=("\${(@)found:#${FILES_MARK}}")
  names=("\${(@)names:#}")
  (( \${#names} )) && compadd -- "\${names[@]}"
  (( \${found[(Ie)${FILES_MARK}]} )) && _files
}
[[ "\${funcstack[1]}" == _icmpmon ]] && { _icmpmon "$@"; return }
compdef _icmpmon icmpmon
`;

/** Scripts of completion by shell. */
export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH };
