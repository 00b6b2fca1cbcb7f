"""An invented county with Kent's published numbers: the parts of `make_kent.py`.

`published` reads the tables of this folder, `fitting` finds the whole numbers behind printed percentages, and
`flows` works out from both how many cases pass in each month. Then days are drawn: `assessments`, `stages`,
`reviews`. `people` invents the children. `rows`, `plan_rows`, `transfers` and `families` write it down,
`case_file` puts it together, `dirt` spoils it if asked. `days` is where every drawn date comes from.
"""
