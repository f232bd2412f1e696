"""Arcs."""

from matplotlib.figure import Figure

from tmformer.show.pictures.finds import Find, draw_finds

FINDS = [Find("cell", 0), Find("nothing"), Find("step", 1), Find("step", 1), Find("step", 3)]


def test_an_arc_goes_from_each_step_to_the_one_whose_record_it_found():
    axes = Figure().add_subplot()
    draw_finds(axes, FINDS, 5)
    assert [each.get_gid() for each in axes.patches] == ["arc-2-1", "arc-3-1", "arc-4-3"]
    ends = [(each.get_path().vertices[0], each.get_path().vertices[-1]) for each in axes.patches]
    assert [(tuple(start), tuple(end)) for start, end in ends] == [((0, 2), (0, 1)), ((0, 3), (0, 1)), ((0, 4), (0, 3))]


def test_what_was_in_the_prompt_and_what_nowhere_have_marks():
    axes = Figure().add_subplot()
    draw_finds(axes, FINDS, 5)
    marks = {each.get_label(): [int(y) for _, y in each.get_offsets()] for each in axes.collections}
    assert marks == {"a step's record": [2, 3, 4], "in the prompt": [0], "nothing: blank": [1]}
    assert all(each.get_path().vertices[:, 0].max() < 1.4 for each in axes.patches)
