#!/bin/sh
# Prints a Python that can run Palabre's set-up: the virtual environment's, else the first on the PATH that is
# 3.11 or later and can make virtual environments. Where there is none: one sentence on stderr, status 1.

too_old=
no_venv=
for python in .venv/bin/python ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    command -v "$python" >/dev/null 2>&1 || continue
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        too_old=${too_old:-$("$python" -V 2>&1)}
    elif [ "$python" = .venv/bin/python ] || "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        echo "$python"
        exit 0
    else
        no_venv=$python
    fi
done

if [ -n "$no_venv" ]; then
    echo "Python's venv module is missing: run 'sudo apt install python3-venv', then try again." >&2
elif [ -n "$too_old" ]; then
    echo "Palabre needs Python 3.11 or later and this is $too_old: install a newer one, or name it with 'make run PYTHON=/path/to/python3'." >&2
else
    echo "Palabre needs Python 3.11 or later: run 'sudo apt install python3 python3-venv', then try again." >&2
fi
exit 1
