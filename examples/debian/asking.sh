# What `run` and `stores` have in common: the data, and how a question is shown. Both source it, with
# `catalog` and `inventory` naming the two databases as one types them.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$root/build/release
export COLUMNS=100

if [ -t 1 ]; then bold=$'\033[1;36m' dim=$'\033[2m' off=$'\033[0m'; else bold='' dim='' off=''; fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
command_line() { printf '%s$ %s%s\n' "$dim" "$*" "$off"; }
micros() { echo "${EPOCHREALTIME/[.,]/}"; }

# Writes lists.tsv: the package lists that this machine knows. Ends the demo where there are none.
find_lists() {
  "$here/lists" apt >lists.tsv
  [ ! -s lists.tsv ] || return 0
  echo 'apt knows no package lists here. On a Debian machine, `apt-get update` brings them; then'
  echo "$1 goes on from here."
  exit 0
}

load() {
  "$bin/example_debian" catalog "$catalog" <lists.tsv
  "$bin/example_debian" inventory "$inventory"
}

# What the questions are asked about: `earlier`, a date between the oldest list and the next; `since`,
# one since which something is new; `package`, one that is installed here and has been in the catalog
# in two versions, if there is one.
choose_subjects() {
  local dates
  mapfile -t dates < <(cut -c1-10 lists.tsv | sort -u)
  earlier=$(date -u -d "${dates[0]} + 1 day" +%F)
  since=$earlier
  if ((${#dates[@]} == 1)); then since=$(date -u -d "${dates[0]} - 1 day" +%F); fi
  package=$("$bin/stele" query '[:find [?name ...] :in $new $then $inv
      :where [$new ?p :package/version] [$then ?p :package/version] [$then ?p :package/name ?name]
             [$inv _ :installed/name ?name]]' \
    "#db-since [\"$catalog\" #inst \"$earlier\"]" "$catalog@$earlier" "$inventory" --edn |
    sed -n 's/^\["\([^"]*\)".*/\1/p')
  package=${package:-base-files}
}

# Reads a file of queries/ into question, query and arguments, and shows the question and how it is
# typed. The file's first line is the question, its second what follows the query.
number=0
show_question() {
  local filled
  filled=$(sed "s|{earlier}|$earlier|g; s|{since}|$since|g; s|{package}|$package|g
                2s|file:catalog|$catalog|g; 2s|file:inventory|$inventory|g" "$1")
  question=$(sed -n '1s/^; //p' <<<"$filled")
  arguments=$(sed -n '2s/^; //p' <<<"$filled")
  query=$(sed '1,2d' <<<"$filled")
  [[ "$arguments" == *--pretty* ]] || arguments+=' --table'
  heading "$((++number)). $question"
  local between=' ' last=${query##*$'\n'}
  ((${#last} + ${#arguments} < COLUMNS - 3)) || between=$' \\\n  '
  local typed=$arguments
  ((${#typed} < COLUMNS - 2)) || typed=${typed/ $inventory/$' \\\n  '$inventory}
  command_line "stele query '$query'$between$typed"
}

size() { du -sh --apparent-size "$1" | cut -f1; }
count() { "$bin/stele" info "$1" | sed -n 's/^datoms *//p'; }
