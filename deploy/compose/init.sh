#!/usr/bin/env bash
# Makes what the first start needs and keeps what is there: a certificate authority, the server's certificate,
# keys and passwords. Runs at every `docker compose up`; a server certificate that is about to run out, or that
# lacks a name, is made anew. Each directory is a volume that only those mount who need what is in it.
set -euo pipefail
umask 077

readonly PROXY=99 POSTGRES=999 SERVICE=10001 GRAFANA=472
readonly RENEWED_BEFORE_SECONDS=$((30 * 24 * 3600))

# put FILE OWNER: standard input becomes the file, whole or not at all, unless it says that already.
put() {
  cat >"$1.new"
  if [ -f "$1" ] && cmp -s "$1" "$1.new"; then
    rm "$1.new"
  else
    mv "$1.new" "$1"
    echo "made $1"
  fi
  chown "$2:$2" "$1"
}

random() { openssl rand -base64 32; }
random_url_safe() { random | tr '+/' '-_' | tr -d '=\n'; }

# secret FILE OWNER COMMAND: makes the file of what the command writes, unless it is there.
secret() {
  [ -s "$1" ] || "$3" | put "$1" "$2"
}

authority() {
  if [ -s /authority/ca.pem ] && [ -s /authority/ca-key.pem ]; then
    return
  fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Fairlead local authority' \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout /authority/ca-key.pem -out /authority/ca.pem 2>/dev/null
  echo "made /authority/ca.pem"
}

# The names as a certificate has them: IP:127.0.0.1,DNS:localhost
alternative_names() {
  local name names=()
  for name in ${1//,/ }; do
    case $name in
      *:* | [0-9]*.[0-9]*.[0-9]*.[0-9]*) names+=("IP:$name") ;;
      *) names+=("DNS:$name") ;;
    esac
  done
  (IFS=, && echo "${names[*]}")
}

# certificate NAMES FILE OWNER [KEY_FILE]: a server's certificate for the names, with its chain, and with its key
# unless that has a file of its own; made unless there is a good one. The names that the one in force was made for are
# kept beside the authority.
certificate() {
  local names draft made_for=/authority/names-$(basename "$(dirname "$2")")
  names=$(alternative_names "$1")
  if [ -s "$2" ] && [ "$(cat "$made_for" 2>/dev/null)" = "$names" ] &&
    openssl verify -CAfile /authority/ca.pem "$2" >/dev/null 2>&1 &&
    openssl x509 -in "$2" -noout -checkend "$RENEWED_BEFORE_SECONDS" >/dev/null; then
    return
  fi
  draft=$(mktemp -d)
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Fairlead \
    -keyout "$draft/key.pem" -out "$draft/request.pem" 2>/dev/null
  openssl x509 -req -in "$draft/request.pem" -CA /authority/ca.pem -CAkey /authority/ca-key.pem \
    -set_serial "0x$(openssl rand -hex 15)" -days 397 -out "$draft/server.pem" 2>/dev/null -extfile <(
      printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' \
        'extendedKeyUsage=serverAuth' 'authorityKeyIdentifier=keyid' "subjectAltName=$names"
    )
  cat "$draft/server.pem" /authority/ca.pem "$draft/key.pem" | put_server "${@:2}"
  echo "$names" >"$made_for"
  rm -r "$draft"
}

# put_server FILE OWNER [KEY_FILE]: standard input, a certificate with its chain and key.
put_server() {
  local all
  all=$(cat)
  if [ $# -eq 2 ]; then
    put "$1" "$2" <<<"$all"
  else
    openssl pkey <<<"$all" | put "$3" "$2"
    sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' <<<"$all" | put "$1" "$2"
  fi
}

# own_or_made OWN NAMES FILE OWNER [KEY_FILE]: a certificate of one's own, with its chain and key in one file, takes
# the place of ours.
own_or_made() {
  if [ -s "$1" ]; then
    put_server "${@:3}" <"$1"
    rm -f "/authority/names-$(basename "$(dirname "$3")")"
  else
    certificate "${@:2}"
  fi
}

authority
# haproxy: as it is called inside the stack.
own_or_made /own-certificate.pem "$FAIRLEAD_NAMES,haproxy" /tls/server.pem $PROXY
put /tls/ca.pem $PROXY </authority/ca.pem
# With docker-compose.dense.yml.
if [ -n "${FAIRLEAD_DEVICE_NAME:-}" ]; then
  own_or_made /own-device-certificate.pem "$FAIRLEAD_DEVICE_NAME" /gateway/server.pem $SERVICE /gateway/server-key.pem
  chown "$SERVICE:$SERVICE" /gateway
  chmod 700 /gateway
fi

secret /database/postgres $POSTGRES random_url_safe
for role in registry command; do
  secret "/database/$role" $POSTGRES random_url_safe
  put "/$role/database-password" $SERVICE <"/database/$role"
done
secret /registry/master-key $SERVICE random
secret /registry/admin-key $SERVICE random_url_safe
secret /grafana/admin-password $GRAFANA random_url_safe

put /demo/ca.pem $SERVICE </authority/ca.pem

chown "$PROXY:$PROXY" /tls
chown "$POSTGRES:$POSTGRES" /database
chown "$SERVICE:$SERVICE" /registry /command /demo
chown "$GRAFANA:$GRAFANA" /grafana
chmod 700 /tls /database /registry /command /grafana /demo
