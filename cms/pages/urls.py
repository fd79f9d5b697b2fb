from django.urls import path

from cms.pages import views

urlpatterns = [
    path("recherche/", views.search, name="search"),
    path("lecture/<int:pk>/", views.confirm, name="confirm_reading"),
]
