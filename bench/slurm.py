"""What Slurm itself takes for the tasks of a plan: python3 bench/slurm.py [ROUNDS]

Starts a controller and three nodes of one processor on this host, as the tests do (root, and Debian's slurmctld, slurmd, slurm-client and munge),
and measures ROUNDS (3) times how long an array of 150 empty tasks takes to be accepted and to be run; then how long squeue takes for 10,000 tasks.
JSON lines go to out/bench/slurm.jsonl, the Markdown table of them to standard output.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"
NODES = ("n1", "n2", "n3")
TASKS, ARRAYS, ARRAY = 150, 10, 1000

CONFIGURATION = """ClusterName=strata
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={place}/munge.socket
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool/%n
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.%n.pid
SlurmctldLogFile={place}/log/slurmctld.log
SlurmdLogFile={place}/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
ReturnToService=2
MaxJobCount=20000
{nodes}PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """A Slurm whose keys, sockets, state and logs are in one folder."""

    def __init__(self, place):
        self.place, self.daemons = place, []
        for name in ["state", "log", *(f"spool/{node}" for node in NODES)]:
            (place / name).mkdir(parents=True)
        (place / "munge.key").write_bytes(os.urandom(128))
        (place / "munge.key").chmod(0o400)
        ports = free_ports(1 + len(NODES))
        nodes = "".join(
            f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000 State=UNKNOWN\n"
            for node, port in zip(NODES, ports[1:])
        )
        (place / "slurm.conf").write_text(CONFIGURATION.format(place=place, ports=ports, nodes=nodes))
        self.environment = dict(os.environ, SLURM_CONF=str(place / "slurm.conf"), PATH=f"{os.environ['PATH']}:/usr/sbin")

    def __enter__(self):
        files = {"key-file": "munge.key", "pid-file": "munge.pid", "log-file": "log/munge", "seed-file": "munge.seed", "socket": "munge.socket"}
        self.start("munged", "--foreground", "--force", *(f"--{key}={self.place / file}" for key, file in files.items()))
        self.wait(lambda: (self.place / "munge.socket").exists(), "munged")
        self.start("slurmctld", "-D")
        for node in NODES:
            self.start("slurmd", "-D", "-N", node)
        self.wait(lambda: self.run("sinfo", "-h", "-N", "-o", "%T", check=False).split() == ["idle"] * len(NODES), "idle nodes")
        return self

    def __exit__(self, *_):
        self.run("scancel", "--user=root", check=False)
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def start(self, *command):
        with open(self.place / "log" / f"{command[0]}-{len(self.daemons)}.out", "w") as log:
            self.daemons.append(
                subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            )

    def run(self, *command, check=True):
        return subprocess.run(command, env=self.environment, cwd=self.place, check=check, stdout=subprocess.PIPE, text=True).stdout

    def wait(self, is_ready, what):
        end = time.time() + 600
        while not is_ready():
            if time.time() > end:
                sys.exit(f"slurm.py: no {what}; the logs said:\n" + "".join(path.read_text() for path in (self.place / "log").iterdir()))
            time.sleep(0.1)


def timed(action):
    start = time.time()
    action()
    return time.time() - start


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open(OUT / "slurm.jsonl", "w") as results:

        def write(**line):
            print(json.dumps({**line, "nodes": len(NODES), "load": os.getloadavg()[0]}), file=results, flush=True)

        with Cluster(pathlib.Path(folder)) as cluster:
            batch = ("sbatch", "--output=/dev/null", "--wrap=true")
            for _ in range(rounds):
                start = time.time()
                accepted = timed(lambda: cluster.run(*batch, f"--array=1-{TASKS}"))
                cluster.wait(lambda: not cluster.run("squeue", "-h", "-r"), "end of the tasks")
                write(name="array", tasks=TASKS, accepted_seconds=accepted, seconds=time.time() - start)
            for _ in range(ARRAYS):
                cluster.run(*batch, "--hold", f"--array=1-{ARRAY}")
            for _ in range(rounds):
                write(name="squeue", tasks=ARRAYS * ARRAY, seconds=timed(lambda: cluster.run("squeue", "-h", "-r", "-o", "%T")))
    with open(OUT / "slurm.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "scaling_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()
