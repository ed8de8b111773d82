#!/bin/sh
# One server, two gateways and three workers on one PostgreSQL, all on this machine.
#
#   INVOICEJOBS_DATABASE_URL=postgresql://user:password@host/invoicejobs examples/scaled/run.sh
#
# On several machines start the same processes there, with the same database and the same documents
# folder (NFS or the like). Ctrl-C stops them all; what a job has begun goes on at the next start.
set -eu

: "${INVOICEJOBS_DATABASE_URL:?name a PostgreSQL database, such as postgresql://user@host/name}"
: "${WORKERS:=3}"
: "${REST_PORTS:=8080 8081}"
export INVOICEJOBS_DATABASE_URL

processes=""
stop() {
    trap - INT TERM EXIT
    # The gateways first, so that no client sees one without a server behind it.
    for process in $processes; do kill "$process" 2>/dev/null || true; done
    wait
}
trap 'stop; exit 0' INT TERM
trap stop EXIT

invoicejobs migrate

for port in $REST_PORTS; do
    INVOICEJOBS_REST_PORT=$port invoicejobs gateway &
    processes="$processes $!"
done

# The server answers calls and leaves the jobs to the workers; it draws only previews and credit
# notes itself.
INVOICEJOBS_WORK_PROCESSES=0 invoicejobs server &
server=$!
processes="$processes $server"

# Three workers share this machine's cores; on a machine of its own a worker takes all of them.
for _ in $(seq "$WORKERS"); do
    INVOICEJOBS_WORK_PROCESSES=1 invoicejobs worker &
    processes="$processes $!"
done

echo "REST on ports $REST_PORTS, gRPC on port ${INVOICEJOBS_GRPC_PORT:-50051}, $WORKERS workers."
wait "$server"
