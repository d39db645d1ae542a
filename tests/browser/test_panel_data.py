"""The training panel with another data set: its tasks follow, its oracle is drawn."""

from __future__ import annotations

from .lab import LabPage

CELL = """
from fmteach import live
panel = live.training_panel(batch_size=1024, learning_rate=0.003, epochs=4)
panel
"""


def test_the_data_set_brings_its_tasks_and_its_oracle(page: LabPage) -> None:
    page.write_notebook("clicks.ipynb", [CELL])
    page.open_notebook("clicks.ipynb")
    page.run_all()
    data, task = (page.locator(f'[data-name="{name}"] select') for name in ("data", "task"))
    assert task.locator("option").all_inner_texts() == [
        "like: 4 stars or more",
        "rating: the stars",
        "rank: likes first",
    ]
    data.select_option("clicks")
    only = page.locator('[data-name="task"] option:first-child', has_text="click: clicked or not")
    only.wait_for(state="attached")
    assert task.locator("option").count() == 1 and task.input_value() == "click"
    page.locator(".fmteach-baseline", has_text="oracle (best possible)").wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("text=Run 1 is finished").first.wait_for(timeout=90_000)
    page.screenshot("panel_clicks")
    data.select_option("movielens")
    page.locator('[data-name="task"] option', has_text="rating").wait_for(state="attached")
    assert task.input_value() == "like"
    page.assert_no_errors()


def test_films_are_ranked_and_the_curves_drawn(page: LabPage) -> None:
    page.write_notebook("rank.ipynb", [CELL])
    page.open_notebook("rank.ipynb")
    page.run_all()
    page.locator('[data-name="task"] select').select_option("rank")
    page.locator(".fmteach-baseline", has_text="popularity").wait_for()
    page.locator("text=NDCG@10 (higher is better)").first.wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("text=Run 1 is finished").first.wait_for(timeout=120_000)
    page.screenshot("panel_rank")
    page.assert_no_errors()
