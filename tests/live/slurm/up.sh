#!/usr/bin/env bash
# A Slurm of this machine alone, all on loopback, as root: up.sh FOLDER, then export SLURM_CONF=FOLDER/slurm.conf
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
host=$(hostname)
mkdir -p "$folder"/{state,spool,log}
getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >> /etc/hosts
cat > "$folder/slurm.conf" <<CONF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
CONF
mkdir -p /run/munge && chown munge:munge /run/munge
# One that runs already is somebody else's.
if ! { [ -s /run/munge/munged.pid ] && kill -0 "$(cat /run/munge/munged.pid)"; } 2>/dev/null; then
    runuser -u munge -- /usr/sbin/munged --force
    cp /run/munge/munged.pid "$folder/munged.pid"
fi
slurmctld -f "$folder/slurm.conf"
slurmd -f "$folder/slurm.conf"
export SLURM_CONF=$folder/slurm.conf
for _ in $(seq 30); do
    if sinfo --noheader --format %T 2>/dev/null | grep -q idle; then exit 0; fi
    sleep 1
done
echo "no node is idle: see $folder/log" >&2
exit 1
