"""Attempts to get out of the sandbox, each real code. Prints as JSON what each came to: true when it got out, else why not.

An attempt that is marked `bites` is harmless on the host and must succeed there: the test runs it unconfined, too, so that none is an attempt in name only.
"""

import ctypes
import fcntl
import glob
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys

host = json.loads(sys.argv[1])
confined = sys.argv[2] == "confined"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CALLS = {
    "x86_64": dict(ptrace=101, reboot=169, init_module=175, bpf=321, perf_event_open=298, process_vm_readv=310, setns=308, pidfd_open=434,
                   pivot_root=155, mknod=133, unshare=272, clock_settime=227, shmget=29, open_by_handle_at=304, keyctl=250, umount2=166),
    "aarch64": dict(ptrace=117, reboot=142, init_module=105, bpf=280, perf_event_open=241, process_vm_readv=270, setns=268, pidfd_open=434,
                    pivot_root=41, mknod=-1, unshare=97, clock_settime=112, shmget=194, open_by_handle_at=265, keyctl=219, umount2=39),
}[os.uname().machine]
attempts = []


def attempt(name, bites=False):
    return lambda act: attempts.append((name, bites, act)) or act


def call(name, *arguments):
    result = libc.syscall(CALLS[name], *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def read(path):
    with open(path, "rb") as file:
        return file.read(4096) or True


def write(path):
    """Writes a file and takes it away again."""
    with open(path, "w") as file:
        file.write("x")
    os.unlink(path)
    return True


def openable(path):
    """Whether it could be written; nothing is."""
    os.close(os.open(path, os.O_WRONLY))
    return True


def mount(source, target, kind, flags):
    if libc.mount(source.encode(), target.encode(), kind.encode(), flags, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def reads(name, path, bites=True):
    attempt(name, bites)(lambda: read(path))


def lists(name, path):
    attempt(name)(lambda: len(os.listdir(path)) > 0)


def writes(name, path):
    attempt(name)(lambda: write(path))


def connects(name, family, kind, where, bites=True):
    def act():
        with socket.socket(family, kind) as one:
            one.settimeout(2)
            one.connect(where)
            return True

    attempt(name, bites)(act)


def others():
    return [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def any_of(paths, holds):
    for path in paths:
        try:
            if holds(path):
                return path
        except OSError:
            pass
    raise OSError("none does")


# Reading what is the host's.
reads("read /etc/shadow", "/etc/shadow", False)
reads("read a file of the host", host["secret"])
reads("read a key in the home folder", host["home"] + "/.ssh/id_ed25519")
reads("read another workspace", host["state"] + "/workspaces/other/tree/file")
reads("read the artifact store", host["state"] + "/artifacts/file")
reads("read the real git dir", host["state"] + "/workspaces/mine/git/config")
reads("read a file beside the workspace by a relative path", "../git/config")
reads("read the git dir that stands in the workspace", ".git/config")
reads("read a file of the source that no commit has", host["source"] + "/.env")
reads("read the git dir of the source", host["source"] + "/.git/config")
reads("read a link in the workspace that leads to the host", "leads-out")
attempt("find in the home folder what is no toolchain")(lambda: set(os.listdir(host["realHome"])) & set(host["privateNames"]))
lists("list /var/lib", "/var/lib")
lists("list /run, where sockets of services are", "/run")
lists("list /sys", "/sys")
lists("list /boot", "/boot")


@attempt("find a variable of the worker in its own environment", True)
def _():
    return host["variable"] in os.environ


@attempt("find a variable of the worker in /proc/*/environ")
def _():
    return any_of(["/proc/%s/environ" % name for name in others()], lambda path: host["variable"].encode() in open(path, "rb").read())


@attempt("read the host through /proc/1/root")
def _():
    return read("/proc/1/root" + host["secret"])


@attempt("read the host through /proc/*/root", True)
def _():
    return any_of(["/proc/%s/root%s" % (name, host["secret"]) for name in others()], read)


@attempt("read the host through /proc/*/cwd", True)
def _():
    return any_of(["/proc/%s/cwd/../secret" % name for name in others()], lambda path: b"planted" in read(path))


@attempt("read a file that another process has open", True)
def _():
    return any_of(["/proc/%s/fd/%s" % (name, 9) for name in others()], lambda path: b"planted" in read(path))


@attempt("use a file descriptor that it inherited")
def _():
    return any_of(glob.glob("/proc/self/fd/*"), lambda path: host["base"] in os.readlink(path) and host["folder"] not in os.readlink(path))


@attempt("read the host's disk")
def _():
    return any_of(glob.glob("/dev/[svn][dv][am]*"), read)


@attempt("read the memory of the machine")
def _():
    return any_of(["/dev/mem", "/dev/kmem", "/proc/kcore"], read)


@attempt("open a file by its handle, past every folder")
def _():
    handle = struct.pack("IiQ", 8, 1, 2) + b"\0" * 128
    root = os.open("/", os.O_RDONLY)
    return call("open_by_handle_at", root, handle, os.O_RDONLY)


# Writing outside.
for folder in ["/usr", "/usr/bin", "/etc", "/", "/dev", "/home", "/proc", "/var/tmp", "/opt"]:
    writes("write into " + folder, os.path.join(folder, "loopwright-escape"))
writes("write beside the workspace", "../loopwright-escape")
writes("write into the source", host["source"] + "/loopwright-escape")
writes("write into a dependency", host["source"] + "/node_modules/m/loopwright-escape")
writes("write into a dependency through the workspace's link", "node_modules/m/loopwright-escape")
writes("write into the virtual environment", host["source"] + "/.venv/loopwright-escape")
writes("write into the folder of programs that runs it", os.path.dirname(os.path.realpath(sys.executable)) + "/loopwright-escape")
attempt("change a file of a dependency")(lambda: openable("node_modules/m/index.js"))
attempt("change a dependency by hard link")(lambda: os.link("node_modules/m/index.js", "hard") or openable("hard"))
attempt("take a file of the host by hard link")(lambda: os.link(host["secret"], "hard") or True)
attempt("name a program that the kernel runs on the host")(lambda: openable("/proc/sys/kernel/core_pattern"))
attempt("change a setting of the kernel")(lambda: openable("/proc/sys/vm/swappiness"))
attempt("press the magic keys of the kernel")(lambda: openable("/proc/sysrq-trigger"))
attempt("take the mask off the git dir")(lambda: os.rename(".git", "uncovered") or True)
attempt("remove the mask of the git dir")(lambda: os.rmdir(".git") or True)
attempt("unmount the mask of the git dir")(lambda: call("umount2", os.path.abspath(".git").encode(), 2))
attempt("mount /usr to be written")(lambda: mount("none", "/usr", "none", 32 | 4096))
attempt("mount a folder over /etc")(lambda: mount("/tmp", "/etc", "none", 4096))
attempt("mount a new file system")(lambda: mount("none", "/tmp", "tmpfs", 0))
attempt("mount a new /proc")(lambda: mount("proc", "/tmp", "proc", 0))
attempt("make the device of a disk")(lambda: os.mknod("disk", 0o60600, os.makedev(254, 0)) or True)
attempt("make the device of the memory")(lambda: os.mknod("/tmp/memory", 0o20600, os.makedev(1, 1)) or True)

# The network.
connects("reach a server of the host on 127.0.0.1", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", host["port"]))
connects("reach the Temporal server", socket.AF_INET, socket.SOCK_STREAM, (host["temporal"][0], host["temporal"][1]))
connects("reach a server of the host on 0.0.0.0", socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", host["port"]))
connects("reach a socket file of the host", socket.AF_UNIX, socket.SOCK_STREAM, host["socket"])
connects("reach an abstract socket of the host", socket.AF_UNIX, socket.SOCK_STREAM, "\0" + host["abstract"].ljust(107, "\0"))
connects("reach the network outside", socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80), False)
connects("reach the address where clouds keep keys", socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80), False)
connects("reach the monitor of the virtual machine", getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM, (2, 1), False)


@attempt("send a datagram to the host")
def _():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"escaped", ("127.0.0.1", host["udp"]))
    return False  # Whether it arrived is asked on the host.


@attempt("see abstract sockets of the host", True)
def _():
    return host["abstract"] in open("/proc/net/unix").read()


@attempt("see connections of the host", True)
def _():
    return "%04X" % host["port"] in open("/proc/net/tcp").read()


@attempt("see an interface of the host")
def _():
    return [name for _, name in socket.if_nameindex() if name != "lo"]


@attempt("ask a name server")
def _():
    return socket.getaddrinfo("example.com", 80)


@attempt("open a raw socket")
def _():
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


@attempt("listen to every packet")
def _():
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))


@attempt("join the network of another process")
def _():
    for name in others() + ["1"]:
        own, theirs = os.stat("/proc/self/ns/net").st_ino, "/proc/%s/ns/net" % name
        if os.path.exists(theirs) and os.stat(theirs).st_ino != own:
            return call("setns", os.open(theirs, os.O_RDONLY), 0)


# Processes.
attempt("see the worker", True)(lambda: os.path.exists("/proc/%d" % host["worker"]))
attempt("see another process's command line", True)(
    lambda: any_of(["/proc/%s/cmdline" % name for name in others()], lambda path: host["marker"].encode() in open(path, "rb").read().split(b"\0")[-2:])
)
attempt("signal a process of the host", True)(lambda: os.kill(host["victim"], 0) or True)
attempt("end a process of the host")(lambda: confined and (os.kill(host["victim"], signal.SIGKILL) or True))
attempt("hold a process of the host by a file descriptor", True)(lambda: call("pidfd_open", host["victim"], 0))
attempt("trace a process of the host")(lambda: call("ptrace", 16, host["victim"], 0, 0))


@attempt("read the memory of a process of the host")
def _():
    buffer = ctypes.create_string_buffer(8)
    local = struct.pack("QQ", ctypes.addressof(buffer), 8)
    return call("process_vm_readv", host["victim"], local, 1, local, 1, 0)


attempt("see shared memory of the host")(lambda: call("shmget", host["shm"], 1, 0))
attempt("have a controlling terminal")(lambda: fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x") or True)
attempt("go before others")(lambda: os.nice(-5) < 0)
attempt("raise its own limits")(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)) or True)
attempt("keep a memory image of itself")(lambda: resource.setrlimit(resource.RLIMIT_CORE, (1, 1)) or True)
attempt("make a file of 2 GiB")(lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN) and False or os.truncate(os.open("big", os.O_CREAT | os.O_RDWR), 2 << 30) or True)


@attempt("open files without end")
def _():
    return len([os.open("/dev/null", os.O_RDONLY) for _ in range(5000)]) == 5000


@attempt("fill the memory through /tmp")
def _():
    for number in range(3):
        os.posix_fallocate(os.open("/tmp/fill%d" % number, os.O_CREAT | os.O_RDWR), 0, 400 << 20)
    return True


@attempt("fill the memory through /dev/shm")
def _():
    os.posix_fallocate(os.open("/dev/shm/fill", os.O_CREAT | os.O_RDWR), 0, 80 << 20)
    return True


# The kernel.
for name, flag in dict(user=0x10000000, mnt=0x20000, net=0x40000000, pid=0x20000000, ipc=0x8000000, uts=0x4000000, cgroup=0x2000000).items():
    attempt("make a %s namespace" % name)(lambda flag=flag: call("unshare", flag))
attempt("make a user namespace by a program")(lambda: subprocess.run(["unshare", "-U", "true"], capture_output=True).returncode == 0)
attempt("change the root")(lambda: os.chroot("/tmp") or True)
attempt("pivot the root")(lambda: call("pivot_root", b"/tmp", b"/tmp"))
attempt("load a module into the kernel")(lambda: call("init_module", b"", 0, b""))
attempt("load a program into the kernel")(lambda: call("bpf", 5, struct.pack("IIQQIIQ", 1, 2, 0, 0, 0, 0, 0) + b"\0" * 80, 120))
attempt("watch the machine's counters")(lambda: call("perf_event_open", struct.pack("IIQ", 0, 112, 0) + b"\0" * 96, -1, 0, -1, 0))
attempt("be allowed to restart the machine")(lambda: call("reboot", 0xFEE1DEAD, 672274793, 0, 0))
attempt("set the clock")(lambda: confined and call("clock_settime", 0, struct.pack("qq", 1, 0)))
attempt("become another user")(lambda: os.setuid(os.getuid() + 12345) or True)
attempt("rename the machine")(lambda: confined and (socket.sethostname("escaped") or True))
attempt("gain privileges by a setuid program")(lambda: libc.prctl(39, 0, 0, 0, 0) == 0)
attempt("have privileges")(lambda: "CapEff:\t0000000000000000" not in open("/proc/self/status").read())
attempt("be granted privileges later")(lambda: "CapBnd:\t0000000000000000" not in open("/proc/self/status").read())


def outcome(act):
    """Tries one attempt in a process of its own, for what it breaks is its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try:
            result = bool(act())
        except BaseException as problem:
            result = "%s: %s" % (type(problem).__name__, problem)
        os.write(writer, json.dumps(result).encode()[:2000])
        os._exit(0)
    os.close(writer)
    text = os.read(reader, 4096)
    os.close(reader)
    os.waitpid(child, 0)
    for name in glob.glob("/tmp/fill*") + glob.glob("/dev/shm/fill"):
        os.unlink(name)
    return json.loads(text or b'"it was ended"')


chosen = [one for one in attempts if confined or one[1]]
print(json.dumps({name: {"bites": bites, "result": outcome(act)} for name, bites, act in chosen}))
