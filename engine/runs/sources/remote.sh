# Tells by how much log files have grown. Plain POSIX sh: dash, bash, busybox, BSD; writes nothing over here.
# Before it stand: root=PATH mark=WORD piece=BYTES budget=BYTES largest=BYTES most=FILES.
#
# At first it says WORD|yes, or WORD|no if there is no such path.
# A request is lines OFFSET|SUM|STAT of what the other side has got since the last one (OFFSET is - for what it forgot),
# then a dot. STAT is SIZE|MTIME|DEVICE:INODE|TIME|NAME. The answer:
#   WORD|CLOCK  then  D|NAME gone   L|STAT too large   F|OFFSET|COUNT|STAT and COUNT bytes   then
#   G|0|COUNT|STAT of small files that are quiet, then B|BYTES and the bytes of all of these   then
#   E, the STATs of what was sent as they are afterwards, Z|1 if there is more. Or WORD|CLOCK and N: there is no such path.
exec 2>/dev/null
LC_ALL=C TZ=UTC0
export LC_ALL TZ
nl='
'
known=

if stat -c %s / >/dev/null; then
    kind=-c form='%s|%Y|%d:%i|%y|%n'
elif stat -f %z / >/dev/null; then
    kind=-f form='%z|%m|%d:%i|%Fm|%N'
else
    kind=
fi

tell() { # STAT of each file named
    if [ -n "$kind" ]; then
        stat -L "$kind" "$form" "$@"
        return
    fi
    for f; do
        n=$(wc -c <"$f") && echo "$((n))||||$f"
    done
}

walk() { # the files below $1 that may be logs, those of type $2; as STAT if $3 is set
    set -- "$1" "$2" "${3:--print}"
    [ "$3" = stat ] && [ -n "$kind" ] && set -- "$1" "$2" -exec stat -L "$kind" "$form" {} +
    [ "$3" = stat ] && { walk "$1" "$2" | while IFS= read -r f; do tell "$f"; done; return; }
    start=$1 type=$2
    shift 2
    find -H "$start" \( -name "*$nl*" -o -name '*|*' -o -path "$start/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*" \
        -o -type d \( -name '.?*' -o -name node_modules -o -name __pycache__ -o -name venv -o -name site-packages \) \
        \) -prune -o -type "$type" \
        \( -name '*tfevents*' -o \
        ! -name '*.pt' ! -name '*.pth' ! -name '*.safetensors' ! -name '*.bin' ! -name '*.ckpt' ! -name '*.onnx' \
        ! -name '*.h5' ! -name '*.hdf5' ! -name '*.keras' ! -name '*.pb' ! -name '*.pkl' ! -name '*.pickle' \
        ! -name '*.npy' ! -name '*.mat' ! -name '*.gguf' ! -name '*.tfrecord*' ! -name '*.parquet' ! -name '*.arrow' \
        ! -name '*.data-00*' ! -name '*.index' ! -name '*.meta' ! -name '*.distcp' ! -name '*.msgpack' \
        ! -name '*.tar' ! -name '*.tar.*' ! -name '*.tgz' ! -name '*.zip' ! -name '*.bz2' ! -name '*.xz' ! -name '*.zst' \
        ! -name '*.whl' ! -name '*.so' ! -name '*.so.*' ! -name '*.o' ! -name '*.a' ! -name '*.pyc' ! -name '*.lock' \
        ! -name '*.py' ! -name '*.ipynb' ! -name '*.c' ! -name '*.cc' ! -name '*.cpp' ! -name '*.cu' ! -name '*.h' \
        ! -name '*.html' ! -name '*.js' ! -name '*.css' ! -name '*.pdf' ! -name '*.md' ! -name '*.rst' \
        ! -name '*.mp4' ! -name '*.avi' ! -name '*.mkv' ! -name '*.wav' ! -name '*.mp3' ! -name '*.flac' \
        ! -name '*-shm' ! -name '*.tmp' ! -name '*.swp' \
        \( -path '*/media/*' -o ! -name '*.png' ! -name '*.jpg' ! -name '*.jpeg' ! -name '*.JPEG' ! -name '*.gif' \) \
        \) \
        "$@"
}

list() { # what links lead to comes last, so that a file keeps the name that is not a link's
    walk "$1" f stat
    [ -n "$kind" ] && walk "$1" l | head -n 200 | while IFS= read -r link; do
        walk "$link" f stat | head -n 2000
    done
}

choose() { # of known lines, a line =, and what there is now: RANK|MTIME|OFFSET|SUM|STAT of what is to be looked at
    awk -F '|' -v largest="$largest" -v most="$most" '
        function name(s) { sub(/^[^|]*\|[^|]*\|[^|]*\|[^|]*\|/, "", s); return s }
        function node(s) { sub(/^.*:/, "", s); return s }
        $0 == "=" { now = 1; next }
        !now && NF >= 7 {
            line = $0
            sub(/^[^|]*\|[^|]*\|/, "", line)
            p = name(line); old[p] = line; at[p] = $1; sum[p] = $2; inode[p] = node($5)
        }
        !now || NF < 5 { next }
        $3 != "" && $3 in taken { next }
        {
            taken[$3] = 1
            p = name($0); seen[p] = 1
            if (++count > most) next
            if (p ~ /-journal$/) { if ($1 > 0) busy[substr(p, 1, length(p) - 8)] = 1; next }
            if (p in old && old[p] == $0 && at[p] + 0 >= $1 + 0) next
            if ($1 + 0 > largest + 0 || (p ~ /\.npz$/ && $1 + 0 > 33554432)) { print "1|9|||" $0; next }
            if (p in old && inode[p] == node($3) && $1 + 0 >= at[p] + 0)
                row = (old[p] == $0 ? "4" : "2") "|" $2 "|" at[p] "|" sum[p] "|" $0
            else
                row = (p in old ? "2" : "3") "|" $2 "|0||" $0
            if (p ~ /\.(db|sqlite|sqlite3)$/) base[p] = row
            else print row
        }
        END {
            for (p in base) if (!(p in busy)) print base[p]
            for (p in old) if (!(p in seen)) print "0||||||||" p
        }' | sort -t '|' -k 1,1n -k 2,2nr
}

sum() { # of the first, and of the last, 4096 of the first $1 bytes of $2
    c=$(($1 < 4096 ? $1 : 4096))
    s=$({ head -c "$c" "$2"; tail -c "+$(($1 - c + 1))" "$2" | head -c "$c"; } | cksum)
    echo "${s%% *}"
}

flush() { # what the last $group files hold, $bytes in all
    [ "$group" -eq 0 ] && return
    echo "B|$bytes"
    shift $(($# - group))
    cat "$@" /dev/zero | head -c "$bytes"
    group=0 bytes=0
}

send() { # of lines from choose, what fits into the budget
    left=$budget more=0 group=0 bytes=0
    set --
    while IFS='|' read -r rank when at sum line; do
        path=${line#*|*|*|*|}
        size=${line%%|*}
        limit=$piece
        case $rank in
            0) echo "D|$path"; continue ;;
            1) echo "L|$line"; continue ;;
        esac
        if [ "$left" -le 0 ] || [ $# -ge 2000 ]; then
            more=1
            break
        fi
        case $path in
            *.db | *.sqlite | *.sqlite3) at=0 limit=$largest ;; # its pages change in place: all of it, or nothing
            *-wal) [ "$at" -eq "$size" ] && at=0 limit=$largest ;;
            *) [ "$at" -eq "$size" ] && [ "$size" -le 65536 ] && at=0 ;;
        esac
        [ "$at" -gt 0 ] && [ "$(sum "$at" "$path")" != "$sum" ] && at=0
        n=$((size - at))
        [ "$n" -gt "$limit" ] && n=$limit
        if [ "$n" -gt "$left" ] && [ "$limit" != "$largest" ]; then
            n=$left
        fi
        [ $((at + n)) -lt "$size" ] && more=1
        if [ "$rank" = 3 ] && [ "$limit" = "$piece" ] && [ "$n" -eq "$size" ] && [ "$n" -le 65536 ] && [ "${when:-$clock}" -lt $((clock - 5)) ]; then
            echo "G|0|$n|$line"
            left=$((left - n - 200)) group=$((group + 1)) bytes=$((bytes + n))
            set -- "$@" "$path"
            [ "$group" -ge 200 ] && flush "$@"
            continue
        fi
        flush "$@"
        echo "F|$at|$n|$line"
        # Zeros fill up what a file lacks that shrinks meanwhile; the STAT at the end tells.
        if [ "$n" -gt 0 ] && [ "$at" -eq 0 ]; then
            cat "$path" /dev/zero | head -c "$n"
        elif [ "$n" -gt 0 ]; then
            { tail -c "+$((at + 1))" "$path"; cat /dev/zero; } | head -c "$n"
        fi
        left=$((left - n - 200))
        set -- "$@" "$path"
        case $path in *-wal) set -- "$@" "${path%-wal}" ;; esac
    done
    flush "$@"
    echo E
    [ $# -gt 0 ] && tell "$@"
    echo "Z|$more"
}

case $root in -*) root=./$root ;; esac
[ -r "$root" ] && ready=yes || ready=no
while :; do
    [ -n "$ready" ] && echo "$mark|$ready" && ready= # only now has all of this been read from the standard input
    news=$(sed '/^\.$/q')
    case $news in
        *.) news=${news%.} ;;
        *) exit ;;
    esac
    if [ -n "$news" ]; then
        known=$(awk -F '|' '
            { p = $0; sub(/^[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|/, "", p); if (NF >= 7) line[p] = $0 }
            END { for (p in line) if (line[p] !~ /^-/) print line[p] }' <<END
$known
$news
END
        )
    fi
    clock=$(date +%s)
    echo "$mark|$clock"
    (
        if [ -d "$root" ]; then
            cd "$root" && start=.
        else
            case $root in */*) cd "${root%/*}/" && start=./${root##*/} ;; *) start=./$root ;; esac
        fi && [ -r "$start" ] || { echo N; exit; }
        {
            cat <<END
$known
=
END
            list "$start"
        } | choose | send
    )
done
