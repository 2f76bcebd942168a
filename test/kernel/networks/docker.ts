/*
 * What Docker writes for its bridge docker0, as commands of a space's setup (see PRELUDE in lab/network.ts).
 */

/** Its masquerading alone. `pods`: the beginning of the containers' addresses, `10.1.63`. */
export function masquerade(pods: string): string {
  return `nat POSTROUTING -s ${pods}.0/24 ! -o docker0 -j MASQUERADE`;
}

/** All of it, as of Docker 1.10 to 1.12: FORWARD's policy stays ACCEPT. */
export function docker(pods: string): string {
  return `
chain nat DOCKER
nat PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
nat OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
${masquerade(pods)}
nat DOCKER -i docker0 -j RETURN
chain filter DOCKER DOCKER-ISOLATION
filter FORWARD -j DOCKER-ISOLATION
filter FORWARD -o docker0 -j DOCKER
filter FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
filter FORWARD -i docker0 ! -o docker0 -j ACCEPT
filter FORWARD -i docker0 -o docker0 -j ACCEPT
filter DOCKER-ISOLATION -j RETURN
`;
}
