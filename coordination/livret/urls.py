from django.urls import path

from coordination.livret import views

LIVRET = "mon-parcours/livret"

urlpatterns = [
    path(f"{LIVRET}/", views.livret, name="livret"),
    path(f"{LIVRET}/livret.csv", views.csv, name="livret_csv"),
    path(f"{LIVRET}/livret.pdf", views.pdf, name="livret_pdf"),
    path(f"{LIVRET}/ailleurs/nouvelle/", views.new_training, name="new_external_training"),
    path(f"{LIVRET}/ailleurs/<uuid:public_id>/", views.training, name="external_training"),
    path(f"{LIVRET}/ailleurs/<uuid:public_id>/retirer/", views.delete_training, name="delete_external_training"),
    path(f"{LIVRET}/observations/<uuid:public_id>/", views.choose_observation, name="choose_observation"),
    path("compte/mes-donnees/", views.my_data, name="my_data"),
    path("compte/mes-donnees/mes-donnees.json", views.my_data_json, name="my_data_json"),
    path("pilotage/personnes/<uuid:public_id>/effacer/", views.erase, name="erase_person"),
]
