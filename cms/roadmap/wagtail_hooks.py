from wagtail import hooks

from cms.roadmap.viewsets import RoadmapGroup


@hooks.register("register_admin_viewset")
def roadmap() -> RoadmapGroup:
    return RoadmapGroup()
