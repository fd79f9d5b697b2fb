from django.urls import path

from cms.roadmap import views

urlpatterns = [
    path("", views.roadmap, name="roadmap"),
    path("version/<int:pk>/", views.roadmap_version, name="roadmap_version"),
    path("version/<int:pk>/<slug:code>/", views.theme_version, name="theme_version"),
    path("<slug:code>/", views.theme, name="theme"),
]
