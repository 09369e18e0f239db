#!/usr/bin/env python3
"""Runs every command of docs/panduan.md in a terminal, as a person would type it, and compares what is shown.

usage: .ci/guide/check.py PK GUIDE

In a block of the guide a line `$ pk …` is a command and the lines below it are what has to be shown: `…` stands for
anything, a code for the same document wherever it is named, and serial numbers, fingerprints, times, sizes and numbers of files for any
other of their kind. Commands inside sentences have to be known to the program with all their options.
"""
import os, pathlib, pty, re, select, shutil, signal, subprocess, sys, tempfile, time

pk, guide = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
home = pathlib.Path(tempfile.mkdtemp(prefix="panduan-"))
(home / "bin").mkdir()
(home / "bin/pk").symlink_to(pk)
env = {
    "HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", "LANG": "id_ID.UTF-8", "TERM": "dumb", "TZ": "UTC",
}
cwd = home

OFFICE, PERSON = "kata-sandi-kantor", "kata-sandi-pejabat"
CODE = re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b|(?<=documents/)[A-Z2-7]{16}\b")


def workbook(nip, extra=""):
    return f"""pengaturan: {{tahun: 2026, daerah: Kabupaten Contoh, tempat: Contoh Raya, tanggal: 2026-01-05}}
pejabat:
  - {{id: kepala-daerah, nama: Contoh Kepala, jabatan: Bupati Contoh, unit: Pemerintah Kabupaten Contoh, jenjang: kepala_daerah, dokumen: pk}}
  - {{id: kominfo, nama: Contoh Satu, gelar_depan: Dr., gelar_belakang: "S.T., M.Si.", nip: "{nip}", pangkat: Pembina Utama Muda, golongan: IV/c, jabatan: Kepala Dinas Komunikasi dan Informatika, unit: Dinas Komunikasi dan Informatika, jenjang: jpt, atasan: kepala-daerah}}
sasaran:
  - {{pejabat: kepala-daerah, sasaran: Meningkatnya kualitas tata kelola pemerintahan, indikator: Nilai SAKIP, target: BB}}
  - {{pejabat: kominfo, sasaran: Meningkatnya kualitas informatika, indikator: Indeks SPBE, target: "2,8", satuan: Indeks}}
anggaran:
  - {{pejabat: kominfo, kode: "2.16.03", uraian: Pengelolaan Aplikasi Informatika, anggaran: 1.589.645.600, sumber: APBD}}
"""


def xlsx(name, text):
    """The guide works with a workbook; a YAML of the same name holds the same."""
    for old in (cwd / "data").glob(f"{name}.*"):
        old.unlink()
    (cwd / f"data/{name}.yaml").write_text(text)


def run(command, answers=True):
    """What a terminal shows, and the exit status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execve("/bin/sh", ["sh", "-c", f"exec {command}"], env)
    seen, answered, begun = b"", 0, time.time()
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if ready:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                part = b""
            if not part:
                break
            seen += part
        tail = seen[answered:].decode(errors="replace")
        if re.search(r"kata sandi[^\n]*: ?$", tail):
            whose = OFFICE if "kantor" in tail.splitlines()[-1] else PERSON
            os.write(terminal, whose.encode() + b"\n")
            seen += b"\n"
            answered = len(seen)
        elif answers and re.search(r"\[y[^\]]*\] $", tail):
            os.write(terminal, b"y\n")
            answered = len(seen)
        elif command.startswith("pk serve") and "Ctrl-C" in tail:
            time.sleep(1)
            os.kill(pid, signal.SIGINT)
            answered = len(seen)
        if time.time() - begun > 300:
            os.kill(pid, signal.SIGKILL)
            raise SystemExit(f"{command}: does not end\n{seen.decode(errors='replace')}")
    _, status = os.waitpid(pid, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode(errors="replace"))
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text)]
    bar = re.compile(r"^\S.*\s\d+/\d+ \d+")
    return [line for line in lines if line and not bar.search(line)], os.waitstatus_to_exitcode(status)


codes = {}  # of the guide: of this run


def here(command):
    def actual(found):
        code = found.group().replace("-", "")
        if code not in codes:
            raise SystemExit(f"{command}: the guide has not said what {found.group()} is")
        own = codes[code]
        return own if "-" not in found.group() else "-".join(own[i:i + 4] for i in range(0, 16, 4))
    return CODE.sub(actual, command)


def pattern(line):
    """A line of the guide as a regular expression."""
    line = line.rstrip()
    out, at = "", 0
    kinds = [
        (CODE.pattern, None), (r"\b[0-9a-f]{32,64}\b", r"[0-9a-f]{32,64}"), (r"\b[0-9a-f]{8}…", r"[0-9a-f]+"), ("…", ".*"),
        (r"\d{1,2} [A-Z][a-z]+ \d{4} pukul \d\d\.\d\d", r"\d{1,2} [A-Z][a-z]+ \d{4} pukul \d\d\.\d\d"), (r"\d{1,2} [A-Z][a-z]+ \d{4}(?=  berlaku)", r"\d{1,2} [A-Z][a-z]+ \d{4}"),
        (r"\d+(?= kB)", r"\d+"), (r"(?<=baris )\d+", r"\d+"), (r"\d{4}(?=\.xlsx)", r"\d{4}"), (r"\d+(?= berkas)", r"\d+"), (r"(?<=, )\d+(?= di antaranya baru)", r"\d+"),
        (r"/mnt/cadangan", re.escape(str(home / "cadangan"))), (r" +", " +"),
    ]
    for found in re.finditer("|".join(f"({source})" for source, _ in kinds), line):
        out += re.escape(line[at:found.start()])
        target = kinds[found.lastindex - 1][1]
        own = codes.get(found.group().replace("-", "")) if target is None else None
        if own is not None:
            target = re.escape(own if "-" not in found.group() else "-".join(own[i:i + 4] for i in range(0, 16, 4)))
        out += target or r"\S+"
        at = found.end()
    return re.compile(out + re.escape(line[at:]) + "$")


def compare(expected, actual):
    """The first line of the guide that was not shown where it stands."""
    at = 0
    for line in expected:
        if line.strip() == "…":
            continue
        found = next((i for i in range(at, len(actual)) if pattern(line).match(actual[i])), None)
        if found is None:
            return line
        at = found + 1
    return None


def rows():
    import json
    shown, _ = run("pk status --json")
    return json.loads(shown[-1])


def know(code, official, kind, stage=0):
    codes[code.replace("-", "")] = next(
        row["id"] for row in rows() if (row["official"], row["kind"], row["stage"]) == (official, kind, stage)
    )


def quietly(command):
    shown, status = run(command)
    if status:
        raise SystemExit(f"{command} ended with {status}\n" + "\n".join(shown))


def before(command):
    """What a reader has done in between: filled the workbook, and what the text says."""
    global cwd
    if command.startswith("pk wording"):
        cwd = home / "kantor"
    if command == "pk check":
        for old in (cwd / "data").iterdir():
            old.unlink()
        xlsx("2026", workbook("19700101 199501 1 00"))
    if command.startswith("pk preview"):
        xlsx("2026", workbook("19700101 199501 1 001"))
    if command == "pk generate":
        quietly("pk key new kepala-daerah")
    if command.startswith("pk sign --as kominfo --all"):
        know("QPUA-MFCN-NOQ3-PQ7V", "kominfo", "agreement")
        know("U25L-5PSV-AHU7-SQJG", "kominfo", "pledge")
        know("HRKW-P6HI-W2OW-2N6I", "kepala-daerah", "agreement")
    if command == "pk archive":
        quietly("pk sign --as kepala-daerah --all")
    if command.startswith("pk key new kominfo-2"):
        text = workbook("19700101 199501 1 001").replace("2026-01-05", "2026-05-15").replace("dokumen: pk", "dokumen: tidak")
        text = text.replace("id: kominfo", "id: kominfo-2").replace("pejabat: kominfo,", "pejabat: kominfo-2,")
        text = text.replace("Contoh Satu", "Contoh Penerus").replace("19700101 199501", "19720202 199802")
        text = "\n".join(line for line in text.split("\n") if "Nilai SAKIP" not in line)
        (cwd / "data/2026-mei.yaml").write_text(text)
    if command.startswith("pk supersede"):
        know("M2LK-4TXB-7ZPA-QW3C", "kominfo-2", "agreement")
    if command.startswith("pk key revoke"):
        shown, _ = run("pk key list")
        codes["serial"] = next(line for line in shown if line.startswith("kominfo ")).split()[1]
    if command.startswith("pk key new kominfo --renew"):
        (cwd / "data/2026-mei.yaml").unlink()


def blocks(text):
    for block in re.findall(r"^```\n(.*?)^```", text, re.S | re.M):
        commands = re.split(r"^\$ ", block, flags=re.M)
        if commands[0].strip():
            continue
        for part in commands[1:]:
            command, _, shown = part.partition("\n")
            yield command.strip(), [line for line in shown.split("\n") if line.strip()]


text = guide.read_text()
failed, count = [], 0
for command, expected in blocks(text):
    before(command)
    typed = here(command).replace("/mnt/cadangan", str(home / "cadangan")).replace(".xlsx", ".yaml")
    (home / "cadangan").mkdir(exist_ok=True)
    if command.startswith("pk key revoke"):
        typed = re.sub(r"[0-9a-f]{32}", codes["serial"], typed)
    if not command.startswith("pk init"):
        expected = [line.replace(".xlsx", ".yaml") for line in expected]
    shown, status = run(typed)
    missing = compare(expected, shown)
    # An answer that is not certain is one, and so is a list of problems.
    wrong = status not in ((0, 3) if command.startswith("pk verify") else (0,)) and not any("masalah" in line for line in expected)
    count += 1
    if missing is not None or wrong:
        failed.append(f"$ {typed}\n" + "\n".join(shown) + f"\n-> exit {status}; not shown: {missing}")
# Commands in sentences: known, with all their options.
inline = {" ".join(found.split()) for found in re.findall(r"`(pk [^`]+)`", text)}
for command in sorted(inline):
    words = re.sub(r"<[^>]*>", "X", command.split(" | ")[0])
    words = words.replace("…", "").strip()
    if re.fullmatch(r"pk [a-z-]+( [a-z-]+)?", words) or " --" in words or len(words.split()) > 2:
        shown, status = run(f"{words} --help", answers=False)
        count += 1
        if status:
            failed.append(f"`{command}`: " + " ".join(shown))
shutil.rmtree(home)
print(f"{count} commands of the guide, {len(failed)} not as it says")
print("\n\n".join(failed))
sys.exit(1 if failed else 0)
